import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { findPort } from './ports.ts';

const SCRIPT = `import(process.argv[1]).then(({ findPort }) => findPort(Number(process.argv[2]))).then(console.log)`;

const findInAnotherProcess = async (preferred: number): Promise<number> => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--eval',
    SCRIPT,
    new URL('ports.ts', import.meta.url).href,
    String(preferred),
  ]);
  return Number(stdout);
};

describe('a free port', () => {
  it('is given once, also before anything listens on it, and to one process only', async () => {
    const port = await findPort();

    expect(await findPort(port)).to.be.above(port);
    expect(await findInAnotherProcess(port)).to.be.above(port);
  });

  it('is none on which something listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      expect(await findPort(port)).to.be.above(port);
    } finally {
      server.close();
    }
  });

  it('is given again once the process has ended', async () => {
    const port = await findInAnotherProcess(await findPort());
    expect(await findPort(port)).to.equal(port);
  });
});
