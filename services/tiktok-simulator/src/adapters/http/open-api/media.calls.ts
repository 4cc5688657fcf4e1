import { setTimeout as pause } from 'node:timers/promises';
import { ok, refuse } from '@tiktok-channel/platform/kernel';
import type { RequestHandler } from 'express';
import multer from 'multer';
import { z } from 'zod';
import type { TikTok } from '../../../application/tiktok.ts';
import { invalidParam, refusal } from '../../../domain/codes.ts';
import { downloadUrl } from '../addresses.ts';
import { imageKindOf } from '../image-kind.ts';
import { authorize, businessCall, businessIdParam, conversationIdParam } from './call.ts';
import type { Endpoint } from './endpoint.ts';
import { sendAnswer } from './envelope.ts';

/** Source: "JPG or PNG, at most 3 MB". */
const MAX_BYTES = 3 * 1024 * 1024;
const UPLOADABLE = new Set(['image/jpeg', 'image/png']);

export const mediaCalls = (tiktok: TikTok): readonly Endpoint[] => [
  {
    method: 'post',
    path: '/business/message/media/upload/',
    handler: [refuseStranger(tiktok), readMultipart(), upload(tiktok)],
  },
  { method: 'post', path: '/business/message/media/download/', handler: download(tiktok) },
];

/** Before the body is read: nobody without a token gets to fill the memory. */
const refuseStranger =
  (tiktok: TikTok): RequestHandler =>
  (req, res, next) => {
    const authorized = authorize(tiktok, req);
    if (authorized.ok) next();
    else sendAnswer(tiktok, res, authorized);
  };

/** Wrong framing is answered by HTTP 400, unlike every other mistake. Twice the limit is read, so that a large file gets its own answer. */
const readMultipart = (): RequestHandler => {
  const parse = multer({ storage: multer.memoryStorage(), limits: { fileSize: 2 * MAX_BYTES, files: 1 } }).single(
    'file',
  );

  return (req, res, next) => {
    if (req.is('multipart/form-data') === false) {
      res.status(400).type('text').send('the body is not multipart/form-data');
      return;
    }
    parse(req, res, (error: unknown) => {
      if (error === undefined || isTooLarge(error)) next();
      else res.status(400).type('text').send('the multipart body cannot be parsed');
    });
  };
};

const isTooLarge = (error: unknown): boolean => error instanceof multer.MulterError && error.code === 'LIMIT_FILE_SIZE';

const upload = (tiktok: TikTok): RequestHandler =>
  businessCall(tiktok, {
    from: 'body',
    schema: z.object({ business_id: businessIdParam, media_type: z.literal('IMAGE') }),
    scope: 'message.list.send',
    run: async ({ business, req }) => {
      await pause(tiktok.switches.now().media_slow_ms);
      if (req.file === undefined) return refuse(invalidParam('file', 'is missing or larger than 3 MB'));
      if (req.file.size > MAX_BYTES) return refuse(invalidParam('file', 'is larger than 3 MB'));

      const mimeType = await imageKindOf(req.file.buffer, UPLOADABLE);
      if (mimeType === null) return refuse(refusal(40908));
      const { mediaId } = tiktok.media.upload(business.businessId, { bytes: req.file.buffer, mimeType });
      return ok({ media_id: mediaId });
    },
  });

const download = (tiktok: TikTok): RequestHandler =>
  businessCall(tiktok, {
    from: 'body',
    schema: z.object({
      business_id: businessIdParam,
      conversation_id: conversationIdParam,
      message_id: z.string().min(1),
      media_id: z.string().min(1),
      media_type: z.enum(['IMAGE', 'VIDEO']),
    }),
    scope: 'message.list.read',
    run: async ({ params, business, req }) => {
      await pause(tiktok.switches.now().media_slow_ms);
      const conversation = tiktok.world.conversation(params.conversation_id);
      if (conversation?.business !== business) return refuse(refusal(40007));
      const message = conversation.messages.find(({ messageId }) => messageId === params.message_id);
      if (message?.content.type !== 'image' || message.content.mediaId !== params.media_id) {
        return refuse(refusal(40007));
      }
      if (params.media_type !== 'IMAGE') return refuse(invalidParam('media_type'));

      const media = tiktok.media.find(params.media_id);
      if (media === null) return refuse(refusal(40007));
      const offer = tiktok.media.offer(media);
      return ok({ download_url: downloadUrl(req, offer.key, offer.expiresAtMs) });
    },
  });
