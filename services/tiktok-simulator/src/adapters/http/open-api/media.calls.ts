import { ok, refuse } from '@tiktok-channel/platform/kernel';
import type { RequestHandler } from 'express';
import multer from 'multer';
import { z } from 'zod';
import { pause } from '../../../application/pause.ts';
import type { TikTok } from '../../../application/tiktok.ts';
import { invalidParam, type Refusal, refusal } from '../../../domain/codes.ts';
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
    handler: [refuseStranger(tiktok), readMultipart(tiktok), upload(tiktok)],
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

/** Wrong framing is answered by HTTP 400, unlike every other mistake. */
const readMultipart = (tiktok: TikTok): RequestHandler => {
  const limits = { fileSize: MAX_BYTES, files: 1, fields: 20, fieldSize: 1_024 };
  const parse = multer({ storage: multer.memoryStorage(), limits }).single('file');

  return (req, res, next) => {
    if (!req.is('multipart/form-data')) {
      res.status(400).type('text').send('the body is not multipart/form-data');
      return;
    }
    parse(req, res, (error: unknown) => {
      const refused = error instanceof multer.MulterError ? REFUSALS[error.code] : undefined;
      if (error === undefined) next();
      else if (refused !== undefined) sendAnswer(tiktok, res, refuse(refused));
      else res.status(400).type('text').send('the multipart body cannot be parsed');
    });
  };
};

/** What is framed well and yet not what is asked for. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  LIMIT_FILE_SIZE: invalidParam('file', 'is larger than 3 MB'),
  LIMIT_FILE_COUNT: invalidParam('file', 'is given more than once'),
  LIMIT_UNEXPECTED_FILE: invalidParam('file', 'is required'),
};

const upload = (tiktok: TikTok): RequestHandler =>
  businessCall(tiktok, {
    from: 'body',
    schema: z.object({ business_id: businessIdParam, media_type: z.literal('IMAGE') }),
    scope: 'message.list.send',
    run: async ({ business, req }) => {
      await pause(tiktok.time, tiktok.switches.now().media_slow_ms);
      // A part without a file name is a field to every parser, and so no file.
      if (req.file === undefined) return refuse(invalidParam('file', 'is required'));

      const mimeType = await imageKindOf(req.file.buffer, UPLOADABLE);
      // Name and content type must say an image too, but need not say which: the content does.
      if (mimeType === null || !UPLOADABLE.has(req.file.mimetype)) return refuse(refusal(40908));
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
      await pause(tiktok.time, tiktok.switches.now().media_slow_ms);
      const conversation = tiktok.world.conversation(params.conversation_id);
      if (conversation?.business !== business) return refuse(refusal(40007));
      const message = conversation.messages.find(({ messageId }) => messageId === params.message_id);
      const content = message?.content;
      if ((content?.type !== 'image' && content?.type !== 'video') || content.mediaId !== params.media_id) {
        return refuse(refusal(40007, 'The media of Param media_id does not exist in this message.'));
      }
      if (params.media_type !== content.type.toUpperCase()) return refuse(invalidParam('media_type'));

      const media = tiktok.media.find(params.media_id);
      if (media === null) return refuse(refusal(40007));
      const offer = tiktok.media.offer(media);
      return ok({ download_url: downloadUrl(req, offer.key, offer.expiresAtMs) });
    },
  });
