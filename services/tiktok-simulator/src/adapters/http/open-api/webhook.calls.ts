import { ok, refuse } from '@tiktok-channel/platform/kernel';
import { z } from 'zod';
import { type DeveloperApp, EVENT_TYPES, type EventType } from '../../../application/developer-app.ts';
import type { TikTok } from '../../../application/tiktok.ts';
import { invalidParam } from '../../../domain/codes.ts';
import { appCall } from './call.ts';
import type { Endpoint } from './endpoint.ts';

const subscription = { app_id: z.string().min(1), secret: z.string().min(1), event_type: z.enum(EVENT_TYPES) };

/** Source: at most 100 posts, and only for COMMENT; documented as ignored with other types. */
const itemList = z.array(z.string().regex(/^\d{1,20}$/)).max(100);

export const webhookCalls = (tiktok: TikTok): readonly Endpoint[] => {
  const { app } = tiktok;
  const credentials = { app_id: app.appId, secret: app.appSecret };

  return [
    {
      method: 'post',
      path: '/business/webhook/update/',
      handler: appCall(tiktok, {
        from: 'body',
        schema: z.object({ ...subscription, callback_url: z.string().min(1), item_list: itemList.optional() }),
        credentials,
        run: ({ event_type, callback_url, item_list = [] }) => {
          if (!app.isAllowedCallback(callback_url)) return refuse(invalidParam('callback_url'));
          app.subscribe(event_type, callback_url);
          if (event_type === 'COMMENT') app.addItems(item_list);
          return ok(shown(app, event_type));
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
        run: ({ event_type }) => ok(shown(app, event_type)),
      }),
    },
    {
      method: 'post',
      path: '/business/webhook/delete/',
      handler: appCall(tiktok, {
        from: 'body',
        schema: z.object({ ...subscription, item_list: itemList.optional() }),
        credentials,
        run: ({ event_type, item_list }) => {
          const before = shown(app, event_type);
          if (event_type === 'COMMENT' && item_list !== undefined) app.removeItems(item_list);
          else app.subscribe(event_type, null);
          return ok(before);
        },
      }),
    },
  ];
};

/** No `callback_url` means not subscribed. */
const shown = (app: DeveloperApp, eventType: EventType) => {
  const known = app.subscription(eventType);
  return {
    app_id: app.appId,
    event_type: eventType,
    ...(known && { callback_url: known.callbackUrl }),
    ...(known && known.itemIds.length > 0 && { item_list: known.itemIds }),
  };
};
