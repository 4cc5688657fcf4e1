import type { Response } from 'express';

/** Less than any proxy waits for. */
const SIGN_OF_LIFE_EVERY_MS = 10_000;

/**
 * Sends JSON that may take long. White space, which JSON allows in front, keeps whoever passes the answer on from taking the
 * connection for dead. A failure behind the first of it ends the connection.
 */
export const sendWhenDone = async (
  response: Response,
  answer: Promise<unknown>,
  everyMs = SIGN_OF_LIFE_EVERY_MS,
): Promise<void> => {
  response.type('json');
  const signs = setInterval(() => response.write(' '), everyMs);
  try {
    response.end(JSON.stringify(await answer));
  } finally {
    clearInterval(signs);
  }
};
