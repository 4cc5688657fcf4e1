import { z } from 'zod';
import {
  type CallDeadline,
  type HttpAnswer,
  type HttpCall,
  type HttpClient,
  HttpClientError,
} from '../http-client/index.ts';
import { parseJson } from './parse-json.ts';

/** TikTok's envelope, read (fact sheet, section 1). `code` 0 is success; failures normally come with HTTP 200. */
export interface TikTokAnswer {
  readonly code: number;
  readonly message: string | null;
  readonly requestId: string | null;
  readonly data: unknown;
  readonly httpStatus: number;
}

export interface TikTokApi {
  /** `path` as documented, with its trailing slash: `business/message/send/`. Throws `HttpClientError`; `unreadable` when the body is no envelope. */
  get(
    path: string,
    call: {
      readonly query: Readonly<Record<string, string>>;
      readonly accessToken?: string;
      readonly deadlineMs?: number;
    },
  ): Promise<TikTokAnswer>;
  post(
    path: string,
    call: {
      readonly body: Required<HttpCall>['body'] | object;
      readonly accessToken?: string;
      readonly deadlineMs?: number;
      readonly until?: CallDeadline;
    },
  ): Promise<TikTokAnswer>;
}

/** The same calls, each of which begins when `take` resolves: the place for a rate. */
export const inTurn = (api: TikTokApi, take: () => Promise<void>): TikTokApi => ({
  get: async (...call) => {
    await take();
    return api.get(...call);
  },
  post: async (...call) => {
    await take();
    return api.post(...call);
  },
});

/** `baseUrl` without version (`https://business-api.tiktok.com/open_api`), `version` as `v1.3`. */
export const createTikTokApi = ({
  client,
  baseUrl,
  version,
}: {
  readonly client: HttpClient;
  readonly baseUrl: string;
  readonly version: string;
}): TikTokApi => {
  const address = (path: string) => `${baseUrl}/${version}/${path}`;
  return {
    get: async (path, { query, accessToken, deadlineMs }) =>
      readEnvelope(
        await client.call({
          method: 'GET',
          url: `${address(path)}?${new URLSearchParams(query)}`,
          headers: tokenHeader(accessToken),
          ...(deadlineMs === undefined ? {} : { deadlineMs }),
        }),
      ),
    post: async (path, { body, accessToken, deadlineMs, until }) => {
      const isForm = body instanceof Object && body.constructor.name === 'FormData';
      return readEnvelope(
        await client.call({
          method: 'POST',
          url: address(path),
          headers: { ...tokenHeader(accessToken), ...(isForm ? {} : { 'content-type': 'application/json' }) },
          body: isForm ? (body as Required<HttpCall>['body']) : JSON.stringify(body),
          ...(deadlineMs === undefined ? {} : { deadlineMs }),
          ...(until === undefined ? {} : { until }),
        }),
      );
    },
  };
};

/** `Access-Token`, never `Authorization`, and no `Bearer` (fact sheet, section 1). */
const tokenHeader = (accessToken: string | undefined): Record<string, string> =>
  accessToken === undefined ? {} : { 'Access-Token': accessToken };

const envelope = z.object({
  code: z.number(),
  message: z.string().optional(),
  request_id: z.string().optional(),
  data: z.unknown().optional(),
});

const readEnvelope = (answer: HttpAnswer): TikTokAnswer => {
  const parsed = envelope.safeParse(parseOrNull(answer.body.toString('utf8')));
  if (!parsed.success) throw new HttpClientError('unreadable', `tiktok answered ${answer.status}`);
  const { code, message, request_id: requestId, data } = parsed.data;
  return { code, message: message ?? null, requestId: requestId ?? null, data, httpStatus: answer.status };
};

const parseOrNull = (text: string): unknown => {
  try {
    return parseJson(text);
  } catch {
    // The parser's message quotes the text; that it is no JSON is all that may be told.
    return null;
  }
};
