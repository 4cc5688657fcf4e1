import { ok } from '@tiktok-channel/platform/kernel';
import { z } from 'zod';
import type { TikTok } from '../../../application/tiktok.ts';
import { appCall } from './call.ts';
import type { Endpoint } from './endpoint.ts';

const text = z.string().min(1);
const credentials = { client_id: text, client_secret: text };

export const tokenCalls = (tiktok: TikTok): readonly Endpoint[] => {
  const { app, authorizations } = tiktok;
  const client = { client_id: app.appId, client_secret: app.appSecret };

  return [
    {
      method: 'post',
      path: '/tt_user/oauth2/token/',
      handler: appCall(tiktok, {
        from: 'body',
        schema: z.object({
          ...credentials,
          grant_type: z.literal('authorization_code'),
          auth_code: text,
          redirect_uri: text,
        }),
        credentials: client,
        run: ({ auth_code, redirect_uri }) => authorizations.exchange(auth_code, redirect_uri),
      }),
    },
    {
      method: 'post',
      path: '/tt_user/oauth2/refresh_token/',
      handler: appCall(tiktok, {
        from: 'body',
        schema: z.object({ ...credentials, grant_type: z.literal('refresh_token'), refresh_token: text }),
        credentials: client,
        run: ({ refresh_token }) => authorizations.refresh(refresh_token),
      }),
    },
    {
      method: 'post',
      path: '/tt_user/oauth2/revoke/',
      handler: appCall(tiktok, {
        from: 'body',
        schema: z.object({ ...credentials, access_token: text }),
        credentials: client,
        run: ({ access_token }) => {
          const revoked = authorizations.revoke(access_token);
          return revoked.ok ? ok({}) : revoked;
        },
      }),
    },
    {
      method: 'post',
      path: '/tt_user/token_info/get/',
      handler: appCall(tiktok, {
        from: 'body',
        schema: z.object({ app_id: text, access_token: text }),
        credentials: { app_id: app.appId },
        run: ({ access_token }) => {
          const known = authorizations.inspect(access_token);
          if (!known.ok) return known;
          const { businessId, scopes } = known.value;
          return ok({ app_id: app.appId, creator_id: businessId, scope: scopes.join(',') });
        },
      }),
    },
  ];
};
