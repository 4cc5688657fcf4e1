import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createLinkedImages, type LinkedImagesOptions } from '../src/adapters/web/linked-images.client.ts';
import { isPublicAddress } from '../src/adapters/web/public-addresses.ts';
import { TEST_CERTIFICATE, TEST_KEY } from './certificate.ts';

const PNG = Buffer.from('89504e470d0a1a0a00000000', 'hex');
const JPEG = Buffer.from('ffd8ffe000104a46', 'hex');

describe('an image by its address', () => {
  let server: Server;
  let port: number;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let requests: string[];

  beforeEach(async () => {
    requests = [];
    server = createServer({ cert: TEST_CERTIFICATE, key: TEST_KEY }, (request, response) => {
      requests.push(`${request.headers.host?.split(':')[0]}${request.url}`);
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** Every name is this machine, which stands for the public internet. */
  const fetching = (url: string, overrides: Partial<LinkedImagesOptions> = {}) =>
    createLinkedImages({
      hosts: ['images.example', '.images.example'],
      maxBytes: 1_000,
      withinMs: 1_000,
      addressesOf: async () => ['127.0.0.1'],
      isPublic: () => true,
      tls: { ca: TEST_CERTIFICATE },
      ...overrides,
    }).fetch(url);
  const address = (host = 'images.example', path = '/a.png') => `https://${host}:${port}${path}`;
  const sending = (body: Buffer, status = 200) => {
    answer = (_request, response) => void response.writeHead(status).end(body);
  };
  const redirecting = (to: string) => {
    answer = (request, response) =>
      request.url === '/a.png'
        ? void response.writeHead(302, { location: to }).end()
        : void response.writeHead(200).end(PNG);
  };

  for (const { name, bytes, mediaType } of [
    { name: 'a PNG', bytes: PNG, mediaType: 'image/png' },
    { name: 'a JPEG', bytes: JPEG, mediaType: 'image/jpeg' },
  ]) {
    it(`is told by its content to be ${name}`, async () => {
      sending(bytes);
      expect(await fetching(address())).to.deep.equal({ kind: 'image', bytes, mediaType });
    });
  }
  it('may be on a host below an allowed one', async () => {
    sending(PNG);
    expect((await fetching(address('cdn.images.example'))).kind).to.equal('image');
  });
  it('is no image because its name says so', async () => {
    sending(Buffer.from('<svg/>'));
    expect(await fetching(address())).to.deep.equal({ kind: 'not_an_image' });
  });
  it('is not read beyond its limit', async () => {
    sending(Buffer.alloc(1_001));
    expect(await fetching(address())).to.deep.equal({ kind: 'too_large' });
  });
  it('is away when it takes too long', async () => {
    answer = (_request, response) => void response.writeHead(200).write('x');
    expect(await fetching(address(), { withinMs: 100 })).to.deep.equal({ kind: 'away' });
  });
  it('is away when its name takes too long to be resolved', async () => {
    const addressesOf = () => new Promise<never>(() => {});
    expect(await fetching(address(), { withinMs: 100, addressesOf })).to.deep.equal({ kind: 'away' });
  });
  for (const { status, kind } of [
    { status: 404, kind: 'unavailable' },
    { status: 403, kind: 'unavailable' },
    { status: 429, kind: 'away' },
    { status: 503, kind: 'away' },
  ]) {
    it(`is ${kind} when its host answers ${status}`, async () => {
      sending(Buffer.alloc(0), status);
      expect(await fetching(address())).to.deep.equal({ kind });
    });
  }

  describe('is refused, before anything is asked for,', () => {
    for (const { name, url } of [
      { name: 'without TLS', url: 'http://images.example/a.png' },
      { name: 'on another host', url: 'https://evil.example/a.png' },
      { name: 'on a host that only ends like an allowed one', url: 'https://evilimages.example/a.png' },
      { name: 'with a name and a password', url: 'https://me:secret@images.example/a.png' },
      { name: 'by an IP address that is not allowed', url: 'https://127.0.0.1/a.png' },
    ]) {
      it(name, async () => {
        expect(await fetching(url)).to.deep.equal({ kind: 'refused' });
        expect(requests).to.deep.equal([]);
      });
    }
    it('when one of its addresses is private', async () => {
      const addressesOf = async () => ['93.184.216.34', '10.0.0.1'];
      expect(await fetching(address(), { addressesOf, isPublic: isPublicAddress })).to.deep.equal({ kind: 'refused' });
    });
    it('when its host is a private address, allowed or not', async () => {
      const overrides = { hosts: ['127.0.0.1', '[::1]'], isPublic: isPublicAddress };
      expect(await fetching(address('127.0.0.1'), overrides)).to.deep.equal({ kind: 'refused' });
      expect(await fetching(address('[::1]'), overrides)).to.deep.equal({ kind: 'refused' });
      expect(requests).to.deep.equal([]);
    });
  });

  describe('that redirects', () => {
    it('is followed to an allowed host', async () => {
      redirecting(address('cdn.images.example', '/b.png'));
      expect((await fetching(address())).kind).to.equal('image');
      expect(requests).to.deep.equal(['images.example/a.png', 'cdn.images.example/b.png']);
    });
    for (const { name, to } of [
      { name: 'another host', to: 'https://evil.example/b.png' },
      { name: 'an address without TLS', to: 'http://images.example/b.png' },
    ]) {
      it(`to ${name} is refused`, async () => {
        redirecting(to);
        expect(await fetching(address())).to.deep.equal({ kind: 'refused' });
        expect(requests).to.have.length(1);
      });
    }
    it('to a private address is refused', async () => {
      redirecting(address('cdn.images.example', '/b.png'));
      const addressesOf = async (host: string) => [host === 'images.example' ? '127.0.0.1' : '192.168.0.1'];
      const isPublic = (ip: string) => ip === '127.0.0.1';
      expect(await fetching(address(), { addressesOf, isPublic })).to.deep.equal({ kind: 'refused' });
      expect(requests).to.have.length(1);
    });
    it('for ever is refused', async () => {
      answer = (_request, response) => void response.writeHead(302, { location: '/a.png' }).end();
      expect(await fetching(address())).to.deep.equal({ kind: 'refused' });
      expect(requests).to.have.length(4);
    });
  });
});

describe('a public address', () => {
  for (const ip of ['93.184.216.34', '8.8.8.8', '2606:2800:220:1::1']) {
    it(`is ${ip}`, () => expect(isPublicAddress(ip)).to.equal(true));
  }
  for (const ip of [
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.1.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    '2001:db8::1',
    '2002:a00:1::',
    'fc00::1',
    'fe80::1',
    'ff02::1',
  ]) {
    it(`is not ${ip}`, () => expect(isPublicAddress(ip)).to.equal(false));
  }
});
