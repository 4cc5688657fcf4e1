import type { IncomingMessage } from 'node:http';

export type BodyFailure = 'body_too_large' | 'request_aborted';

/**
 * Reads the body as it is, byte for byte; `done` is called once. Node's events and no stream machinery: this runs for
 * every delivery, and a usual body is one chunk that nothing copies.
 */
export const readBody = (
  request: IncomingMessage,
  limitBytes: number,
  done: (body: Buffer | null, failure: BodyFailure | null) => void,
): void => {
  let chunks: Buffer[] = [];
  let sizeBytes = 0;
  let isDone = false;

  const fail = (failure: BodyFailure): void => {
    if (isDone) return;
    isDone = true;
    chunks = [];
    done(null, failure);
  };
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) {
    fail('body_too_large');
    return;
  }
  request.on('data', (chunk: Buffer) => {
    if (isDone) return;
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) fail('body_too_large');
    else chunks.push(chunk);
  });
  request.on('end', () => {
    if (isDone) return;
    isDone = true;
    const [only] = chunks;
    const body = only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks, sizeBytes);
    // The request outlives its body, by as long as the broker takes.
    chunks = [];
    done(body, null);
  });
  // Node tells of a connection that ended under the body by an error.
  request.on('error', () => fail('request_aborted'));
};
