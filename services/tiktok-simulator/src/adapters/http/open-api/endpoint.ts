import type { RequestHandler } from 'express';

/** One row of the open API; `path` follows the version and ends in a slash. */
export interface Endpoint {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly handler: RequestHandler | readonly RequestHandler[];
}
