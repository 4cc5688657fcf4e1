import createClient, { type Client } from 'openapi-fetch';
import type { Sessions } from '../session/session.ts';
import type { paths as AuthPaths } from './generated/auth.ts';
import type { paths as ConversationPaths } from './generated/conversation.ts';
import { ApiProblem, networkProblem, sessionEnded } from './problem.ts';

export interface Api {
  readonly auth: Client<AuthPaths>;
  readonly conversations: Client<ConversationPaths>;
  /** For what no document describes, and for streams. Rejects with `ApiProblem` unless the answer is a good one. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

/** Calls go to the one public origin, with the person's token in a header. */
export const createApi = (sessions: Sessions): Api => {
  const authorized = createAuthorizedFetch(sessions);
  const client = { baseUrl: location.origin, fetch: authorized };
  return {
    auth: createClient<AuthPaths>(client),
    conversations: createClient<ConversationPaths>(client),
    fetch: (path, init) => authorized(new Request(new URL(path, location.origin), init)),
  };
};

/** A token that has expired on the way is renewed, and the call made once more. */
const createAuthorizedFetch =
  (sessions: Sessions) =>
  async (request: Request): Promise<Response> => {
    const token = await sessions.bearer();
    if (token === null) throw sessionEnded();
    const again = request.clone();
    const response = await send(request, token);
    if (response.status !== 401) return checked(response);
    const renewed = await sessions.bearerAfter(token);
    if (renewed === null) throw sessionEnded();
    return checked(await send(again, renewed));
  };

const send = async (request: Request, token: string): Promise<Response> => {
  request.headers.set('authorization', `Bearer ${token}`);
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw networkProblem(error);
  }
};

const checked = async (response: Response): Promise<Response> => {
  if (response.ok) return response;
  const document = await response.json().catch(() => ({}));
  throw new ApiProblem(response.status, typeof document === 'object' && document !== null ? document : {});
};

/** The body of an answer that is known to be a good one, since others reject. */
export const bodyOf = async <T>(call: Promise<{ readonly data?: T }>): Promise<T> => {
  const { data } = await call;
  if (data === undefined) throw new ApiProblem(0, { code: 'unexpected' });
  return data;
};
