import createClient, { type Client } from 'openapi-fetch';
import type { Sessions } from '../session/session.ts';
import type { paths as AuthPaths } from './generated/auth.ts';
import type { paths as ConversationPaths } from './generated/conversation.ts';
import type { paths as ProjectionPaths } from './generated/conversation-operator.ts';
import type { paths as OperatorPaths } from './generated/operator.ts';
import type { paths as ReplyPaths } from './generated/outbound.ts';
import { ApiProblem, networkProblem, sessionEnded } from './problem.ts';

/** Those that operators can look into. */
export const SERVICES = ['ingress', 'auth', 'conversation', 'outbound'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** A service knows its operator endpoints as `/operator/v1/…`; at the one public origin they are below `/operator/<service>`. */
type Below<Paths> = {
  [Path in keyof Paths as Path extends `/operator${infer Rest}` ? Rest : never]: Paths[Path];
};

export interface OperatorApi {
  /** What every service has. */
  readonly of: Readonly<Record<ServiceName, Client<Below<OperatorPaths>>>>;
  readonly conversation: Client<Below<ProjectionPaths>>;
  readonly outbound: Client<Below<ReplyPaths>>;
}

export interface Api {
  readonly auth: Client<AuthPaths>;
  readonly conversations: Client<ConversationPaths>;
  readonly operator: OperatorApi;
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
    operator: createOperatorApi(authorized),
    fetch: (path, init) => authorized(new Request(new URL(path, location.origin), init)),
  };
};

const createOperatorApi = (fetch: (request: Request) => Promise<Response>): OperatorApi => {
  const at = <Paths extends {}>(service: ServiceName) =>
    createClient<Below<Paths>>({ baseUrl: `${location.origin}/operator/${service}`, fetch });
  return {
    of: {
      ingress: at<OperatorPaths>('ingress'),
      auth: at<OperatorPaths>('auth'),
      conversation: at<OperatorPaths>('conversation'),
      outbound: at<OperatorPaths>('outbound'),
    },
    conversation: at<ProjectionPaths>('conversation'),
    outbound: at<ReplyPaths>('outbound'),
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
    // A session that goes on needs a provider that is away for a moment.
    if (renewed === null) throw sessions.current().status === 'signedIn' ? networkProblem(null) : sessionEnded();
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
