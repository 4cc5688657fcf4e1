import { ok } from '@tiktok-channel/platform/kernel';
import { z } from 'zod';
import type { TikTok } from '../../../application/tiktok.ts';
import { businessCall, businessIdParam } from './call.ts';
import type { Endpoint } from './endpoint.ts';

const setting = { business_id: businessIdParam, direct_reply_type: z.literal('COMMENT_TO_MESSAGE') };

/** Whether the business answers comments by direct message. Source: documentation of `direct_reply`; off until enabled. */
export const directReplyCalls = (tiktok: TikTok): readonly Endpoint[] => [
  {
    method: 'get',
    path: '/business/message/direct_reply/get/',
    handler: businessCall(tiktok, {
      from: 'query',
      schema: z.object(setting),
      scope: 'message.list.manage',
      run: ({ business }) => ok({ operation_status: tiktok.directReplies.isEnabled(business) ? 'ENABLE' : 'DISABLE' }),
    }),
  },
  {
    method: 'post',
    path: '/business/message/direct_reply/update/',
    handler: businessCall(tiktok, {
      from: 'body',
      schema: z.object({ ...setting, operation_status: z.enum(['ENABLE', 'DISABLE']) }),
      scope: 'message.list.manage',
      run: ({ params, business }) => {
        const enabled = tiktok.directReplies.enable(business, params.operation_status === 'ENABLE');
        return enabled.ok ? ok({}) : enabled;
      },
    }),
  },
];
