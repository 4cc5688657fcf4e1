import type { HttpAnswer } from '@tiktok-channel/platform/http-client';

/** An answer's body as JSON; null for what is none: the parser's message would quote it, and that it is none says enough. */
export const jsonIn = ({ body }: HttpAnswer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
};
