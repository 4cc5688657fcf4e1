import { notFound, onlyMethods } from '@tiktok-channel/platform/http-server';
import { type IdentifyPerson, personIn, requirePerson } from '@tiktok-channel/platform/identity';
import type { Clock } from '@tiktok-channel/platform/kernel';
import type { Express, Request, Response } from 'express';
import { z } from 'zod';
import type { IsFeatureOn } from '../../application/features.ts';
import type { AuthorizationAttempts, Channels } from '../../application/ports.ts';
import { type Attempt, explain, outcomeOf } from '../../domain/attempts.ts';
import { FEATURES } from '../../domain/features.ts';

export interface AccountRoutes {
  readonly identify: IdentifyPerson;
  readonly attempts: Pick<AuthorizationAttempts, 'ofAccount'>;
  readonly channels: Pick<Channels, 'ofAccount'>;
  readonly isFeatureOn: IsFeatureOn;
  readonly clock: Clock;
  /** Where TikTok sends browsers back to. */
  readonly redirectUri: string;
}

const ATTEMPTS = '/v1/accounts/:accountId/tiktok/authorizations';
const ACCOUNT_FEATURES = '/v1/accounts/:accountId/features';

/** What an administrator sees of the account beside its channels. */
export const mountAccounts = (app: Express, routes: AccountRoutes): void => {
  const { identify, isFeatureOn } = routes;
  const administrator = requirePerson(identify, 'administrator');

  app.get(ATTEMPTS, administrator, async (request, response) => {
    response.json({ items: await attemptViews(routes, ownAccount(request, response)), nextCursor: null });
  });
  app.all(ATTEMPTS, onlyMethods('GET'));

  app.get(ACCOUNT_FEATURES, administrator, async (request, response) => {
    const accountId = ownAccount(request, response);
    response.json({ items: await featureViews(isFeatureOn, accountId), nextCursor: null });
  });
  app.all(ACCOUNT_FEATURES, onlyMethods('GET'));
};

/** A foreign account does not exist. */
const ownAccount = (request: Request, response: Response): string => {
  const { accountId } = personIn(response);
  if (request.params.accountId !== accountId) throw notFound('this account');
  return accountId;
};

export const featureView = z.object({ feature: z.enum(FEATURES), isEnabled: z.boolean() });

export const featureViews = (
  isFeatureOn: IsFeatureOn,
  accountId: string,
): Promise<readonly z.infer<typeof featureView>[]> =>
  Promise.all(FEATURES.map(async (feature) => ({ feature, isEnabled: await isFeatureOn(accountId, feature) })));

const time = z.number().int().describe('Epoch milliseconds.');

/** An authorisation that somebody of the account started. */
export const attemptView = z.object({
  attemptId: z.string(),
  startedAt: time,
  startedBy: z.string(),
  endedAt: time.nullable(),
  channelId: z.string().nullable().describe('The channel that was connected, or was to be reconnected.'),
  outcome: z.string().describe('connected, pending, interrupted, no_callback, or the code of a failure.'),
  sentence: z.string(),
  advice: z.string().nullable(),
  likelyCauses: z.array(z.string()),
  missingScopes: z.array(z.object({ scope: z.string(), consequence: z.string() })),
  tiktok: z.object({ code: z.number().int(), requestId: z.string().nullable() }).nullable(),
});

const attemptViews = async ({ attempts, channels, clock, redirectUri }: AccountRoutes, accountId: string) => {
  const [started, known] = await Promise.all([attempts.ofAccount(accountId), channels.ofAccount(accountId)]);
  const nowMs = clock.now();
  return started.map((attempt) => {
    const outcome = outcomeOf(attempt, nowMs);
    const channel = known.find(({ channelId }) => channelId === attempt.channelId) ?? null;
    return attemptViewOf(attempt, outcome, explain(attempt, outcome, { channel, redirectUri }));
  });
};

const attemptViewOf = (
  attempt: Attempt,
  outcome: string,
  { sentence, advice, likelyCauses, missingScopes }: ReturnType<typeof explain>,
): z.infer<typeof attemptView> => ({
  attemptId: attempt.attemptId,
  startedAt: attempt.startedAtMs,
  startedBy: attempt.userId,
  endedAt: attempt.endedAtMs,
  channelId: attempt.channelId,
  outcome,
  sentence,
  advice,
  likelyCauses: [...likelyCauses],
  missingScopes: [...missingScopes],
  tiktok: attempt.tiktokCode === null ? null : { code: attempt.tiktokCode, requestId: attempt.tiktokRequestId },
});
