import { ok, refuse } from '@tiktok-channel/platform/kernel';
import { z } from 'zod';
import { EVENT_TYPES, type EventType } from '../../../application/developer-app.ts';
import type { TikTok } from '../../../application/tiktok.ts';
import { invalidParam } from '../../../domain/codes.ts';
import { appCall } from './call.ts';
import type { Endpoint } from './endpoint.ts';

const subscription = { app_id: z.string().min(1), secret: z.string().min(1), event_type: z.enum(EVENT_TYPES) };

export const webhookCalls = (tiktok: TikTok): readonly Endpoint[] => {
  const { app } = tiktok;
  const credentials = { app_id: app.appId, secret: app.appSecret };
  /** No `callback_url` means not subscribed. */
  const shown = (eventType: EventType) => {
    const callbackUrl = app.callbackUrl(eventType);
    return { app_id: app.appId, event_type: eventType, ...(callbackUrl === null ? {} : { callback_url: callbackUrl }) };
  };

  return [
    {
      method: 'post',
      path: '/business/webhook/update/',
      handler: appCall(tiktok, {
        from: 'body',
        schema: z.object({ ...subscription, callback_url: z.string().min(1) }),
        credentials,
        run: ({ event_type, callback_url }) => {
          if (!app.isAllowedCallback(callback_url)) return refuse(invalidParam('callback_url'));
          app.subscribe(event_type, callback_url);
          return ok(shown(event_type));
        },
      }),
    },
    {
      method: 'get',
      path: '/business/webhook/list/',
      handler: appCall(tiktok, {
        from: 'query',
        schema: z.object(subscription),
        credentials,
        run: ({ event_type }) => ok(shown(event_type)),
      }),
    },
    {
      method: 'post',
      path: '/business/webhook/delete/',
      handler: appCall(tiktok, {
        from: 'body',
        schema: z.object(subscription),
        credentials,
        run: ({ event_type }) => {
          const before = shown(event_type);
          app.subscribe(event_type, null);
          return ok(before);
        },
      }),
    },
  ];
};
