import { createHmac } from 'node:crypto';

/** The value of `Tiktok-Signature`: HMAC-SHA256 in hex over `<t>.<raw body>`, keyed with the app's secret. */
export const signatureHeader = (secret: string, stampSeconds: number, body: string | Uint8Array): string => {
  const signature = createHmac('sha256', secret).update(`${stampSeconds}.`).update(body).digest('hex');
  return `t=${stampSeconds},s=${signature}`;
};
