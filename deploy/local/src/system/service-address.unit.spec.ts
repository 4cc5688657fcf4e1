import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { findPort } from '../ports.ts';
import { createServiceAddress, type ServiceAddress } from './service-address.ts';

describe('the address that replicas share', () => {
  const started: { stop(): void }[] = [];
  const notReady = new Set<number>();
  let address: ServiceAddress;
  let port: number;

  const startReplica = async (name: string, listener?: RequestListener) => {
    const server = createServer(listener ?? ((_request, response) => response.end(name)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const replica = {
      port: (server.address() as AddressInfo).port,
      stop: () => {
        server.close();
        server.closeAllConnections();
      },
    };
    started.push(replica);
    return replica;
  };
  const open = async (...replicas: readonly { readonly port: number }[]): Promise<void> => {
    port = await findPort();
    const isReady = (replica: number) => Promise.resolve(!notReady.has(replica));
    address = createServiceAddress({ port, replicas: replicas.map((replica) => replica.port), isReady });
    await address.start();
  };
  const ask = async (body?: string): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${port}/`, body === undefined ? {} : { method: 'POST', body });
    return response.text();
  };

  beforeEach(() => notReady.clear());
  afterEach(async () => {
    await address.stop();
    for (const replica of started.splice(0)) replica.stop();
  });

  it('leads to one that is ready', async () => {
    const [one, two] = [await startReplica('one'), await startReplica('two')];
    await open(one, two);
    notReady.add(one.port);

    expect(await ask()).to.equal('two');
  });

  it('leads to another one after the death of the first, also over a connection that is kept', async () => {
    const [one, two] = [await startReplica('one'), await startReplica('two')];
    await open(one, two);
    notReady.add(two.port);
    expect(await ask()).to.equal('one');

    one.stop();
    notReady.add(one.port).delete(two.port);
    expect(await ask()).to.equal('two');
  });

  it('passes all of a large body and of a large answer on', async () => {
    const body = 'x'.repeat(5_000_000);
    await open(await startReplica('echo', (request, response) => request.pipe(response)));

    expect((await ask(body)).length).to.equal(body.length);
  });

  it('hangs up when none is ready', async () => {
    const one = await startReplica('one');
    await open(one);
    notReady.add(one.port);

    expect(await ask().catch((error: Error) => error.message)).to.equal('fetch failed');
  });

  it('stops with connections that are open', async () => {
    await open(await startReplica('one'));
    await ask();
    await address.stop();

    expect(await ask().catch((error: Error) => error.message)).to.equal('fetch failed');
  });
});
