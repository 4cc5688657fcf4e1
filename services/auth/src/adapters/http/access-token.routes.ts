import { HttpProblem, jsonBody, onlyMethods, unavailable, validate } from '@tiktok-channel/platform/http-server';
import type { Express, RequestHandler } from 'express';
import { z } from 'zod';
import type { HandedOut, HandOutToken } from '../../application/hand-out-token.ts';
import { isStorable } from './ids.ts';

export interface AccessTokenRoutes {
  /** Lets only the services through that may have a token. */
  readonly requireService: RequestHandler;
  readonly handOutToken: HandOutToken;
}

/** `refusedTokenFingerprint`: the kernel's `fingerprint` of the token that TikTok refused (40105) to who asks. */
export const accessTokenBody = z
  .object({
    refusedTokenFingerprint: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullish(),
  })
  .default({});

const PATH = '/internal/v1/channels/:channelId/access-token';
const RETRY_AFTER_SECONDS = 5;

export const mountAccessTokens = (app: Express, { requireService, handOutToken }: AccessTokenRoutes): void => {
  app.post(PATH, requireService, jsonBody, async (request, response) => {
    const channelId = request.params.channelId as string;
    const { refusedTokenFingerprint } = validate(accessTokenBody, request.body);
    const handedOut: HandedOut = isStorable(channelId)
      ? await handOutToken(channelId, refusedTokenFingerprint)
      : { kind: 'channel_unknown' };
    response.set('cache-control', 'no-store').json(viewOf(handedOut));
  });
  app.all(PATH, onlyMethods('POST'));
};

export const accessTokenView = z.object({
  channelId: z.string(),
  accountId: z.string(),
  status: z.enum(['connected', 'expiring', 'needs_reauthorization', 'disconnected']),
  grantedScopes: z.array(z.string()),
  accessToken: z.string().nullable(),
  goodUntil: z.number().int().nullable().describe('Epoch milliseconds. Callers keep it for 60 s at most.'),
});

const viewOf = (handedOut: HandedOut): z.infer<typeof accessTokenView> => {
  switch (handedOut.kind) {
    case 'channel_unknown':
      throw new HttpProblem(404, 'channel_unknown', 'this channel was never connected');
    case 'unavailable':
      throw unavailable(
        'the token does not work any more and TikTok does not renew it at the moment',
        RETRY_AFTER_SECONDS,
      );
    case 'known': {
      const { channel, token } = handedOut;
      return {
        channelId: channel.channelId,
        accountId: channel.accountId,
        status: channel.status,
        grantedScopes: [...channel.grantedScopes],
        accessToken: token?.accessToken ?? null,
        goodUntil: token?.goodUntilMs ?? null,
      };
    }
  }
};
