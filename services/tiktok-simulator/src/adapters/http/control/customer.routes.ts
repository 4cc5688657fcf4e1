import type { Request, Router } from 'express';
import { z } from 'zod';
import type { TikTok } from '../../../application/tiktok.ts';
import { embedUrl } from '../../../domain/content-kinds.ts';
import type { Business, Content, Customer, Message } from '../../../domain/model.ts';
import { imageKindOf } from '../image-kind.ts';
import { businessOf, nameField, regionField, usernameField } from './business.routes.ts';
import { ControlProblem, readBody, readParams } from './problem.ts';

/** What apps of customers send. */
const IMAGE_KINDS = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);

/** Ours: TikTok names no limit for customers. In base64 it fits into a body of the control API. */
const MAX_IMAGE_BYTES = 5 * 1024 * 1024;

const common = {
  displayName: nameField.optional(),
  region: regionField.optional(),
  quotedMessageId: z.string().optional(),
};

/** What people can write: a row per type. Without an image of their own the simulator draws one. */
const kinds = [
  z.strictObject({ ...common, type: z.literal('text'), text: z.string().min(1) }),
  z.strictObject({ ...common, type: z.literal('image'), imageBase64: z.base64().optional() }),
  z.strictObject({ ...common, type: z.literal('share_post'), videoId: z.string().min(1) }),
] as const;
const written = z.discriminatedUnion('type', kinds);
type WrittenBody = z.infer<typeof written>;

/** In the app of the business text is the rule, so `type` may be left out. */
const writtenInApp = z.preprocess((body) => ({ type: 'text', ...(body as object) }), written);

export const addCustomerRoutes = (router: Router, tiktok: TikTok): void => {
  const { messaging, world } = tiktok;
  const path = '/businesses/:businessId/customers/:username';

  router.post(`${path}/messages`, async (req, res) => {
    const business = businessOf(tiktok, req);
    const username = readUsername(req);
    const body = readBody(written, req);
    const message = await writtenOf(tiktok, business, body);
    const sent = messaging.customerWrites(business, world.customer(username, body), message);
    res.status(201).json({ conversationId: sent.conversation.conversationId, messageId: sent.message.messageId });
  });
  router.post(`${path}/app-messages`, async (req, res) => {
    const business = businessOf(tiktok, req);
    const customer = knownCustomer(tiktok, req);
    const message = await writtenOf(tiktok, business, readBody(writtenInApp, req));
    const sent = messaging.businessWrites(business, customer, message);
    if (sent === null) throw new ControlProblem(409, 'the customer has not written yet, and a business cannot start');
    res.status(201).json({ conversationId: sent.conversation.conversationId, messageId: sent.message.messageId });
  });
  router.post(`${path}/reads`, (req, res) => {
    const lastReadTimestamp = messaging.customerReads(businessOf(tiktok, req), knownCustomer(tiktok, req));
    if (lastReadTimestamp === null) throw new ControlProblem(409, 'there is no conversation to open');
    res.status(201).json({ lastReadTimestamp });
  });
  router.get(`${path}/messages`, (req, res) => {
    const business = businessOf(tiktok, req);
    const customer = world.findCustomer(readUsername(req));
    const conversation = customer && world.conversationOf(business, customer);
    res.json((conversation?.messages ?? []).map(onThePhone));
  });
};

const params = z.object({ username: usernameField });
const readUsername = (req: Request): string => readParams(params, req).username;

const knownCustomer = ({ world }: TikTok, req: Request): Customer => {
  const customer = world.findCustomer(readUsername(req));
  if (customer === null) throw new ControlProblem(404, `@${readUsername(req)} has not written to anybody yet`);
  return customer;
};

const writtenOf = async (tiktok: TikTok, business: Business, body: WrittenBody) => ({
  content: await contentOf(tiktok, business, body),
  quotedMessageId: body.quotedMessageId ?? null,
});

const contentOf = async ({ media }: TikTok, business: Business, body: WrittenBody): Promise<Content> => {
  switch (body.type) {
    case 'text':
      return { type: 'text', text: body.text };
    case 'share_post':
      return { type: 'share_post', videoId: body.videoId };
    case 'image': {
      const { mediaId } = media.attach(business.businessId, await imageOf(body.imageBase64));
      return { type: 'image', mediaId };
    }
  }
};

/** Undefined, for an image to be drawn, where none was given. */
const imageOf = async (imageBase64: string | undefined) => {
  if (imageBase64 === undefined) return undefined;
  const bytes = Buffer.from(imageBase64, 'base64');
  if (bytes.length > MAX_IMAGE_BYTES) throw new ControlProblem(400, 'imageBase64: the image is larger than 5 MB');
  const mimeType = await imageKindOf(bytes, IMAGE_KINDS);
  if (mimeType === null) throw new ControlProblem(400, 'imageBase64: the image is not a JPEG, PNG, GIF or WebP');
  return { bytes, mimeType };
};

const onThePhone = ({ messageId, from, source, at, content, quotedMessageId, readAt }: Message) => ({
  messageId,
  from,
  ...content,
  ...(content.type === 'share_post' ? { embedUrl: embedUrl(content.videoId) } : {}),
  source,
  at,
  ...(quotedMessageId === null ? {} : { quotedMessageId }),
  ...(readAt === null ? {} : { readAt }),
});
