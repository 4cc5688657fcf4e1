import { HttpProblem, onlyMethods, unavailable } from '@tiktok-channel/platform/http-server';
import type { Express, RequestHandler } from 'express';
import type { createHandOutToken, HandedOut } from '../../application/hand-out-token.ts';

export interface AccessTokenRoutes {
  /** Lets only the services through that may have a token. */
  readonly requireService: RequestHandler;
  readonly handOutToken: ReturnType<typeof createHandOutToken>;
}

const PATH = '/internal/v1/channels/:channelId/access-token';
const RETRY_AFTER_SECONDS = 5;

export const mountAccessTokens = (app: Express, { requireService, handOutToken }: AccessTokenRoutes): void => {
  app.post(PATH, requireService, async (request, response) => {
    const channelId = request.params.channelId as string;
    const handedOut: HandedOut = channelId.includes('\0') ? { kind: 'channel_unknown' } : await handOutToken(channelId);
    response.set('cache-control', 'no-store').json(viewOf(handedOut));
  });
  app.all(PATH, onlyMethods('POST'));
};

const viewOf = (handedOut: HandedOut) => {
  switch (handedOut.kind) {
    case 'channel_unknown':
      throw new HttpProblem(404, 'channel_unknown', 'this channel was never connected');
    case 'unavailable':
      throw unavailable('the token has expired and TikTok does not renew it at the moment', RETRY_AFTER_SECONDS);
    case 'known': {
      const { channel, token } = handedOut;
      return {
        channelId: channel.channelId,
        accountId: channel.accountId,
        status: channel.status,
        grantedScopes: channel.grantedScopes,
        accessToken: token?.accessToken ?? null,
        goodUntil: token?.goodUntilMs ?? null,
      };
    }
  }
};
