import { ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { Authorization } from '../../../application/authorizations.ts';
import type { TikTok } from '../../../application/tiktok.ts';
import { invalidParam, type Refusal, refusal } from '../../../domain/codes.ts';
import type { Business } from '../../../domain/model.ts';
import { isServed } from '../../../domain/regions.ts';
import type { Scope } from '../../../domain/scopes.ts';
import { type Answer, sendAnswer } from './envelope.ts';

type Schema = z.ZodType<object>;

interface Call<S extends Schema> {
  readonly from: 'query' | 'body';
  readonly schema: S;
}

/** A call on behalf of a business. `run` answers `'answered'` when it has dealt with the response itself. */
export interface BusinessCall<S extends z.ZodType<{ readonly business_id: string }>> extends Call<S> {
  /** What the business must have granted; null for calls that judge it field by field. */
  readonly scope: Scope | null;
  readonly run: (context: CallContext<z.infer<S>>) => Promise<Answer | 'answered'> | Answer;
}

export interface CallContext<P> {
  readonly params: P;
  readonly business: Business;
  readonly authorization: Authorization;
  readonly req: Request;
  readonly res: Response;
}

/** Token, rate, parameters, account, scope; then the call itself. */
export const businessCall =
  <S extends z.ZodType<{ readonly business_id: string }>>(tiktok: TikTok, call: BusinessCall<S>): RequestHandler =>
  async (req, res) => {
    const admitted = admit(tiktok, call, req);
    const answer = admitted.ok ? await call.run({ ...admitted.value, req, res }) : admitted;
    if (answer !== 'answered') sendAnswer(tiktok, res, answer);
  };

/** A call of the app itself: no header, but the app's credentials among the parameters. */
export const appCall =
  <S extends Schema>(
    tiktok: TikTok,
    call: Call<S> & {
      readonly credentials: Readonly<Record<string, string>>;
      readonly run: (params: z.infer<S>) => Answer;
    },
  ): RequestHandler =>
  (req, res) => {
    const params = parseParams(call, req);
    sendAnswer(tiktok, res, params.ok ? runWithCredentials(call, params.value) : params);
  };

const runWithCredentials = <P extends object>(
  call: { readonly credentials: Readonly<Record<string, string>>; readonly run: (params: P) => Answer },
  params: P,
): Answer => {
  const given = params as Readonly<Record<string, unknown>>;
  const wrong = Object.entries(call.credentials).find(([name, expected]) => given[name] !== expected);
  return wrong === undefined ? call.run(params) : refuse(invalidParam(wrong[0]));
};

const admit = <S extends z.ZodType<{ readonly business_id: string }>>(
  tiktok: TikTok,
  call: BusinessCall<S>,
  req: Request,
): Result<Omit<CallContext<z.infer<S>>, 'req' | 'res'>, Refusal> => {
  const authorized = authorize(tiktok, req);
  if (!authorized.ok) return authorized;
  const authorization = authorized.value;
  const kind = req.path.startsWith('/business/message/') ? 'messaging' : 'accounts';
  if (!tiktok.rateLimit.take({ kind, path: req.path, businessId: authorization.businessId })) {
    return refuse(refusal(40100));
  }
  const params = parseParams(call, req);
  if (!params.ok) return params;
  const business = tiktok.world.business(authorization.businessId);
  if (business === null || business.businessId !== params.value.business_id) return refuse(refusal(40001));
  const { usds_signed, region_refuses_with } = tiktok.switches.now();
  // No source knows the code that says so.
  if (!isServed(business.region, { usdsSigned: usds_signed })) {
    return refuse(refusal(region_refuses_with, `The API is not available to accounts of ${business.region}.`));
  }
  if (call.scope !== null && !authorization.scopes.includes(call.scope)) {
    return refuse(refusal(40001, `No permission: the scope ${call.scope} is not granted.`));
  }
  return ok({ params: params.value, business, authorization });
};

/** `Access-Token` alone counts: `Authorization` does not, and a `Bearer ` before the token makes it another token. */
export const authorize = (tiktok: TikTok, req: Request): Result<Authorization, Refusal> =>
  tiktok.authorizations.inspect(req.header('access-token') ?? '');

const parseParams = <S extends Schema>({ from, schema }: Call<S>, req: Request): Result<z.infer<S>, Refusal> => {
  const given: unknown = (from === 'query' ? req.query : req.body) ?? {};
  const parsed = schema.safeParse(given);
  return parsed.success ? ok(parsed.data) : refuse(refusalOf(parsed.error, given));
};

/** The first complaint, in TikTok's words: "Param text.body is required." */
const refusalOf = ({ issues }: z.ZodError, given: unknown): Refusal => {
  const path = issues[0]?.path ?? [];
  if (path.length === 0) return refusal(40002, 'The parameters are not a JSON object.');
  const value = path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], given);
  const why = value === undefined ? 'is required' : issues[0]?.code === 'custom' ? issues[0].message : 'is invalid';
  return invalidParam(path.join('.'), why);
};

/** Base64-like; a `+` that came unencoded in a query has turned into a space, which no id has. */
export const conversationIdParam = z.string().regex(/^[A-Za-z0-9+/]{8,}={0,2}$/);

export const businessIdParam = z.string().min(1);

/** A whole number in a query string. */
export const numberParam = ({ least, most, normal }: { least: number; most: number; normal: number }) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.number().min(least).max(most))
    .default(normal);

/** A list in a query string is JSON: `fields=["username"]`. */
export const jsonListParam = z.string().transform((text, context): readonly string[] => {
  const list = z.array(z.string()).safeParse(parseJson(text));
  if (list.success) return list.data;
  context.addIssue({ code: 'custom', message: 'is not a JSON array' });
  return z.NEVER;
});

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Not JSON: the schema says so.
  }
};
