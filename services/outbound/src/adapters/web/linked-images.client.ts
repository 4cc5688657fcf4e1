import { lookup as resolve } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { LinkedImage, LinkedImages } from '../../application/ports.ts';
import { isPublicAddress } from './public-addresses.ts';

export interface LinkedImagesOptions {
  /** Hosts from which images may be fetched; `.example.com` stands for every host below it. */
  readonly hosts: readonly string[];
  readonly maxBytes: number;
  readonly withinMs: number;
  /** In place of the system's resolver, the rule of public addresses, and the system's certificates. */
  readonly addressesOf?: (host: string) => Promise<readonly string[]>;
  readonly isPublic?: (address: string) => boolean;
  readonly tls?: Pick<RequestOptions, 'ca'>;
}

const MAX_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

const systemAddresses = async (host: string): Promise<readonly string[]> =>
  (await resolve(host, { all: true })).map(({ address }) => address);

class Refused extends Error {}
class TooLarge extends Error {}

/**
 * Images by HTTPS from allowed hosts at public addresses. Each hop of a redirect is judged like the first, and the connection
 * goes to the very address that was judged, so that a name cannot change its mind in between.
 */
export const createLinkedImages = (options: LinkedImagesOptions): LinkedImages => ({
  fetch: async (url) => {
    const signal = AbortSignal.timeout(options.withinMs);
    try {
      return await follow({ ...options, signal }, url, 0);
    } catch (error) {
      if (error instanceof Refused) return { kind: 'refused' };
      if (error instanceof TooLarge) return { kind: 'too_large' };
      return { kind: 'away' };
    }
  },
});

type Fetching = LinkedImagesOptions & { readonly signal: AbortSignal };

const follow = async (fetching: Fetching, url: string, redirects: number): Promise<LinkedImage> => {
  const answer = await get(fetching, allowedUrl(url, fetching.hosts));
  const { statusCode = 0, headers } = answer;
  if (REDIRECTS.has(statusCode) && headers.location !== undefined) {
    answer.destroy();
    if (redirects >= MAX_REDIRECTS) throw new Refused();
    return follow(fetching, new URL(headers.location, url).href, redirects + 1);
  }
  if (statusCode !== 200) {
    answer.destroy();
    return { kind: statusCode >= 500 || statusCode === 429 ? 'away' : 'unavailable' };
  }
  const bytes = await readBody(answer, fetching.maxBytes);
  const mediaType = imageTypeOf(bytes);
  return mediaType === null ? { kind: 'not_an_image' } : { kind: 'image', bytes, mediaType };
};

const allowedUrl = (url: string, hosts: readonly string[]): URL => {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.protocol !== 'https:' || parsed.username !== '' || parsed.password !== '') {
    throw new Refused();
  }
  const isAllowed = hosts.some((host) =>
    host.startsWith('.') ? parsed.hostname.endsWith(host) : parsed.hostname === host,
  );
  if (!isAllowed) throw new Refused();
  return parsed;
};

const get = async (fetching: Fetching, url: URL): Promise<IncomingMessage> => {
  const address = await publicAddressOf(fetching, url.hostname);
  const family = isIP(address);
  const lookup: LookupFunction = (_host, { all }, callback) =>
    all ? callback(null, [{ address, family }]) : callback(null, address, family);
  return new Promise((answered, failed) => {
    const call = request(url, { ...fetching.tls, lookup, signal: fetching.signal, agent: false }, answered);
    call.on('error', failed).end();
  });
};

/** All addresses of a name must be public: one that is not says what the name is for. */
const publicAddressOf = async (fetching: Fetching, hostname: string): Promise<string> => {
  const { addressesOf = systemAddresses, isPublic = isPublicAddress, signal } = fetching;
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const addresses = isIP(host) ? [host] : await untilAborted(signal, addressesOf(host));
  const [first] = addresses;
  if (first === undefined || !addresses.every(isPublic)) throw new Refused();
  return first;
};

/** A resolver takes no signal; it need not be waited for. */
const untilAborted = <T>(signal: AbortSignal, work: Promise<T>): Promise<T> =>
  Promise.race([
    work,
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    }),
  ]);

const readBody = async (answer: IncomingMessage, maxBytes: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw new TooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const SIGNATURES = [
  { mediaType: 'image/jpeg', bytes: Buffer.from([0xff, 0xd8, 0xff]) },
  { mediaType: 'image/png', bytes: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) },
] as const;

/** By content, never by name or header, among the two that TikTok takes. */
const imageTypeOf = (bytes: Buffer): string | null =>
  SIGNATURES.find(({ bytes: start }) => bytes.subarray(0, start.length).equals(start))?.mediaType ?? null;
