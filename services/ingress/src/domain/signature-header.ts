import { ok, type Result, refuse } from '@tiktok-channel/platform/kernel';

/** What `Tiktok-Signature: t=<epoch seconds>,s=<hex>` says. */
export interface SignatureHeader {
  /** As sent: the signature covers these very characters. */
  readonly timestamp: string;
  readonly signedAtMs: number;
  /** HMAC-SHA256, 64 lowercase hexadecimal digits. */
  readonly digest: string;
}

const TIMESTAMP = /^\d{1,12}$/;
const DIGEST = /^[0-9a-f]{64}$/;

/**
 * Splits on `,`, each part on its first `=`, matches by name and trims spaces (TikTok's verification page; an
 * integration broke on `t=…, s=…`). Unknown parts are ignored; of a repeated one the first counts.
 */
export const parseSignatureHeader = (header: string | undefined): Result<SignatureHeader, 'missing' | 'malformed'> => {
  if (header === undefined || header.trim() === '') return refuse('missing');
  const parts = header.split(',');
  const timestamp = partNamed('t', parts);
  const digest = partNamed('s', parts);
  if (!TIMESTAMP.test(timestamp) || !DIGEST.test(digest)) return refuse('malformed');
  return ok({ timestamp, signedAtMs: Number(timestamp) * 1_000, digest });
};

/** Empty when there is none. */
const partNamed = (name: string, parts: readonly string[]): string => {
  for (const part of parts) {
    const equals = part.indexOf('=');
    if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return '';
};
