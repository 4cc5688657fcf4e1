import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@tiktok-channel/platform/config';
import type { VerifySignature } from '../../application/ports.ts';

/** HMAC-SHA256 over `t`, a dot and the raw body. Several secrets while one replaces another, each tried in turn. */
export const createVerifySignature = (secrets: readonly Secret[]): VerifySignature => {
  // A prepared key spares the key schedule's set-up at every delivery.
  const keys = secrets.map((secret) => createSecretKey(secret.reveal(), 'utf8'));
  return ({ timestamp, digest }, rawBody) => {
    const claimed = Buffer.from(digest, 'hex');
    return keys.some((key) =>
      timingSafeEqual(createHmac('sha256', key).update(`${timestamp}.`).update(rawBody).digest(), claimed),
    );
  };
};
