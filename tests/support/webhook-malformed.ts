import { connect } from 'node:net';
import fc from 'fast-check';

/** A request on the wire. Its sender waits a moment for the answer (`end`), or drops the connection at once (`destroy`). */
export interface RawRequest {
  readonly what: string;
  readonly bytes: Buffer;
  readonly ending: 'end' | 'destroy';
  /** The good request that it was made from; null for garbage. */
  readonly good: Good | null;
}

export interface Good {
  readonly messageId: string;
  readonly body: Buffer;
  readonly signature: string;
}

/** The parts of a request, each as it is sent. */
interface Parts {
  readonly requestLine: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

type Distortion = (parts: Parts) => Parts;

/** Requests with something wrong about them, made from a good one; a few turn out to be good all the same. */
export const malformedRequest = (good: () => Good): fc.Arbitrary<RawRequest> =>
  fc.oneof({ weight: 1, arbitrary: garbage }, { weight: 9, arbitrary: distorted(good) });

const ending = fc.constantFrom<'end' | 'destroy'>('end', 'end', 'destroy');

const garbage: fc.Arbitrary<RawRequest> = fc
  .record({ bytes: fc.uint8Array({ maxLength: 300 }), ending })
  .map((request) => ({ what: 'garbage', bytes: Buffer.from(request.bytes), ending: request.ending, good: null }));

const distorted = (good: () => Good): fc.Arbitrary<RawRequest> =>
  fc
    .record({
      chosen: fc.array(fc.oneof(...Object.values(distortions)), { minLength: 1, maxLength: 3 }),
      cutAt: fc.option(fc.nat(2_000), { freq: 4, nil: null }),
      ending,
    })
    .map(({ chosen, cutAt, ending }) => {
      const original = good();
      const whole = bytesOf(chosen.reduce((parts, { distort }) => distort(parts), partsOf(original)));
      const bytes = cutAt === null ? whole : whole.subarray(0, cutAt % (whole.length + 1));
      return { what: chosen.map(({ what }) => what).join(', '), bytes, ending, good: original };
    });

const partsOf = ({ body, signature }: Good): Parts => ({
  requestLine: 'POST /webhooks/tiktok HTTP/1.1',
  headers: [
    ['Host', 'ingress'],
    ['Content-Type', 'application/json'],
    ['Tiktok-Signature', signature],
    ['Content-Length', String(body.length)],
  ],
  body,
});

const bytesOf = ({ requestLine, headers, body }: Parts): Buffer => {
  const head = [requestLine, ...headers.map(([name, value]) => `${name}: ${value}`)].join('\r\n');
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`, 'latin1'), body]);
};

const withHeader =
  (name: string, value: string): Distortion =>
  (parts) => ({ ...parts, headers: [...without(name, parts.headers), [name, value]] });

const withMore =
  (...headers: Parts['headers']): Distortion =>
  (parts) => ({ ...parts, headers: [...parts.headers, ...headers] });

const without = (name: string, headers: Parts['headers']): Parts['headers'] =>
  headers.filter(([other]) => other !== name);

const chunked =
  (frame: (body: Buffer) => readonly (Buffer | string)[]): Distortion =>
  (parts) => ({
    ...parts,
    headers: [...without('Content-Length', parts.headers), ['Transfer-Encoding', 'chunked']],
    body: Buffer.concat(frame(parts.body).map((piece) => Buffer.from(piece))),
  });

const named = <T>(what: string, values: fc.Arbitrary<T>, distortionOf: (value: T) => Distortion) =>
  values.map((value) => ({ what: `${what} ${JSON.stringify(value)?.slice(0, 60)}`, distort: distortionOf(value) }));

const hex = (body: Buffer): string => body.length.toString(16);

const framings = {
  whole: (body: Buffer) => [`${hex(body)}\r\n`, body, '\r\n0\r\n\r\n'],
  bytewise: (body: Buffer) => [...[...body].flatMap((byte) => ['1\r\n', Buffer.from([byte]), '\r\n']), '0\r\n\r\n'],
  extended: (body: Buffer) => [`${hex(body)};name=value\r\n`, body, '\r\n0\r\n\r\n'],
  trailed: (body: Buffer) => [`${hex(body)}\r\n`, body, '\r\n0\r\nTiktok-Signature: t=1,s=2\r\n\r\n'],
  endless: (body: Buffer) => [`${hex(body)}\r\n`, body, '\r\n'],
  unframed: (body: Buffer) => [body],
  misframed: (body: Buffer) => ['zz\r\n', body, '\r\n0\r\n\r\n'],
  negative: (body: Buffer) => ['-5\r\n', body, '\r\n0\r\n\r\n'],
  huge: (body: Buffer) => ['ffffffffffffffffff\r\n', body, '\r\n0\r\n\r\n'],
  short: (body: Buffer) => ['1\r\n', body, '\r\n0\r\n\r\n'],
  long: (body: Buffer) => ['fffff\r\n', body, '\r\n0\r\n\r\n'],
} satisfies Record<string, (body: Buffer) => readonly (Buffer | string)[]>;

const distortions = {
  requestLine: named(
    'request line',
    fc.constantFrom(
      ...[
        'GET',
        'PUT',
        'DELETE',
        'PATCH',
        'OPTIONS',
        'HEAD',
        'TRACE',
        'CONNECT',
        'PRI',
        'SOURCE',
        'FOO',
        'post',
        '',
      ].map((method) => `${method} /webhooks/tiktok HTTP/1.1`),
      ...[
        '/',
        '*',
        '//webhooks/tiktok',
        '/webhooks/tiktok/',
        '/webhooks/tiktok?a=b',
        '/webhooks/tiktok%00',
        '/%zz',
        '/../',
        'http://x/webhooks/tiktok',
      ].map((target) => `POST ${target} HTTP/1.1`),
      ...['HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/9.9', 'HTTP/1.1 ', 'HTTQ/1.1', ''].map(
        (version) => `POST /webhooks/tiktok ${version}`,
      ),
      `POST /${'a'.repeat(30_000)} HTTP/1.1`,
    ),
    (requestLine) => (parts) => ({ ...parts, requestLine }),
  ),
  signature: named(
    'signature',
    fc.oneof(
      fc.constantFrom(
        '',
        ' ',
        ',',
        '=',
        't=1',
        's=',
        `t=1,s=${'0'.repeat(64)}`,
        `t=${'9'.repeat(12)},s=${'f'.repeat(64)}`,
        't=1;s=2',
        't==,s==',
      ),
      fc.string({ unit: 'binary-ascii', maxLength: 80 }).map((text) => text.replace(/[\r\n]/g, '')),
    ),
    (value) => withHeader('Tiktok-Signature', value),
  ),
  signatureTwice: named('second signature', fc.constantFrom('t=1,s=2', ''), (value) =>
    withMore(['tiktok-signature', value]),
  ),
  length: named(
    'content length',
    fc.oneof(
      fc.constantFrom(
        '',
        '-1',
        '+5',
        '0x10',
        '1e2',
        '1,1',
        'NaN',
        '99999999999999999999',
        '1048577',
        '9007199254740993',
      ),
      fc.nat(2_000).map(String),
    ),
    (value) => withHeader('Content-Length', value),
  ),
  lengthTwice: named('second content length', fc.nat(2_000).map(String), (value) =>
    withMore(['Content-Length', value]),
  ),
  coding: named(
    'transfer encoding',
    fc.constantFrom('chunked', 'gzip', 'identity', 'chunked, chunked', 'gzip, chunked', 'xchunked', ''),
    (value) => withMore(['Transfer-Encoding', value]),
  ),
  chunks: named('chunks', fc.constantFrom(...(Object.keys(framings) as (keyof typeof framings)[])), (kind) =>
    chunked(framings[kind]),
  ),
  header: named(
    'header',
    fc.constantFrom<readonly [string, string]>(
      ...([
        ['', 'x'],
        ['no colon\r\nX', 'y'],
        ['X Y', 'z'],
        ['X\u0000Y', 'z'],
        ['X', 'a\u0000b'],
        ['X', 'folded\r\n line'],
        ['X', 'bare\nnewline'],
        ['X', 'ÿþ'],
        ['x-tt-logid', 'ÿ'.repeat(100)],
        ['x-request-id', '<script>'],
        ['Expect', '100-continue'],
        ['Expect', 'the-unexpected'],
        ['Connection', 'upgrade'],
        ['Connection', 'close'],
        ['Upgrade', 'websocket'],
        ['Upgrade', 'h2c'],
        ['Content-Encoding', 'gzip'],
        ['Content-Type', 'text/plain; charset=utf-99'],
        ['Host', 'another'],
        ['Cookie', 'a=b'],
        ['traceparent', '00-zz-zz-zz'],
        ['__proto__', 'x'],
      ] as const),
    ),
    (header) => withMore(header),
  ),
  longHeader: named('long header of', fc.constantFrom(8_000, 16_000, 17_000, 200_000), (length) =>
    withMore(['x-tt-logid', 'l'.repeat(length)]),
  ),
  manyHeaders: named('headers', fc.constantFrom(100, 2_500), (count) =>
    withMore(...Array.from({ length: count }, (_, at) => [`X-${at}`, 'y'] as const)),
  ),
  largeBody: named(
    'bytes of body',
    fc.constantFrom(0, 1_048_576, 1_048_577, 1_500_000),
    (length) => (parts) => withHeader('Content-Length', String(length))({ ...parts, body: Buffer.alloc(length, 'x') }),
  ),
};

const NEVER_ENDED_MS = 20_000;

/** Much longer than an answer takes. Who waits for the rest of a request never answers, and is told that there is none. */
const PATIENCE_MS = 25;

/** Sends the bytes over a connection of their own; answers the statuses that came back, once it is closed. */
export const sendRaw = (
  url: string,
  { bytes, ending }: Pick<RawRequest, 'bytes' | 'ending'>,
): Promise<readonly number[]> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.setTimeout(NEVER_ENDED_MS, () => {
      reject(new Error('the server did not end the connection'));
      socket.destroy();
    });
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      socket.end();
    });
    // A server that refuses closes while bytes are still coming: what it has answered counts.
    socket.on('error', () => {});
    socket.on('close', () =>
      resolve([...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status))),
    );
    socket.write(bytes, () => {
      if (ending === 'destroy') socket.destroy();
      else setTimeout(() => socket.end(), PATIENCE_MS);
    });
  });
