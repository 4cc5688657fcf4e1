import type { Secret } from '@tiktok-channel/platform/config';
import { createHttpClient, type HttpAnswer, HttpClientError } from '@tiktok-channel/platform/http-client';
import { z } from 'zod';
import { shownAddress } from '../../domain/address.ts';
import { OperatorFailure } from '../../domain/failure.ts';
import { jsonIn } from './json-in.ts';

export interface OperatorCall {
  readonly service: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Behind `/operator/<service>/v1`. */
  readonly path: string;
  readonly body?: object;
  readonly deadlineMs?: number;
}

export interface OperatorApi {
  /** The answer's JSON, null where there is none; a refusal is an `OperatorFailure`. */
  call(call: OperatorCall): Promise<unknown>;
  close(): Promise<void>;
}

/** The operator endpoints of all services at the one public origin. */
export const createOperatorApi = ({
  origin,
  token,
}: {
  readonly origin: string;
  readonly token: Secret;
}): OperatorApi => {
  const client = createHttpClient({ name: 'operator API' });
  return {
    close: client.close,
    call: async ({ service, method, path, body, deadlineMs }) => {
      const answer = await answered(origin, () =>
        client.call({
          method,
          url: `${origin}/operator/${service}/v1${path}`,
          headers: { authorization: `Bearer ${token.reveal()}`, 'content-type': 'application/json' },
          ...(body && { body: JSON.stringify(body) }),
          ...(deadlineMs !== undefined && { deadlineMs }),
        }),
      );
      if (answer.status >= 200 && answer.status < 300) return jsonIn(answer);
      throw refusalIn(answer, service);
    },
  };
};

const answered = async (origin: string, call: () => Promise<HttpAnswer>): Promise<HttpAnswer> => {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof HttpClientError)) throw error;
    throw new OperatorFailure(
      `nothing answers at ${shownAddress(origin)} (${error.code.replace('_', ' ')})`,
      'set PUBLIC_URL to the one public origin, and see with `tiktok-channel doctor` what is not well',
    );
  }
};

const problemBody = z.object({ code: z.string(), detail: z.string().default('') });

const refusalIn = (answer: HttpAnswer, service: string): OperatorFailure => {
  const problem = problemBody.safeParse(jsonIn(answer));
  const { code, detail } = problem.success ? problem.data : { code: 'no_problem', detail: '' };
  return new OperatorRefusal(code, detail === '' ? `${service} answered ${answer.status}` : `${detail} (${code})`);
};

const ADVICE: Readonly<Record<string, string>> = {
  token_missing: 'set OPERATOR_TOKEN to a token of a person with the role operator',
  token_invalid: 'set OPERATOR_TOKEN to a token that the services believe',
  token_expired: 'sign in again and set OPERATOR_TOKEN anew',
  role_not_allowed: 'set OPERATOR_TOKEN to a token of a person with the role operator',
  unavailable: 'see with `tiktok-channel doctor` what is away, and run this again',
};

export class OperatorRefusal extends OperatorFailure {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message, ADVICE[code] ?? 'put that right, and run this again');
    this.code = code;
  }
}
