import type { Request, Router } from 'express';
import { z } from 'zod';
import type { TikTok } from '../../../application/tiktok.ts';
import { embedUrl } from '../../../domain/content-kinds.ts';
import type { Business, Content, Customer, Message } from '../../../domain/model.ts';
import { businessOf, nameField, regionField } from './business.routes.ts';
import { ControlProblem, readBody } from './problem.ts';

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

  router.post(`${path}/messages`, (req, res) => {
    const business = businessOf(tiktok, req);
    const body = readBody(written, req);
    const customer = world.customer(readUsername(req), body);
    const sent = messaging.customerWrites(business, customer, writtenOf(tiktok, business, body));
    res.status(201).json({ conversationId: sent.conversation.conversationId, messageId: sent.message.messageId });
  });
  router.post(`${path}/app-messages`, (req, res) => {
    const business = businessOf(tiktok, req);
    const body = readBody(writtenInApp, req);
    const sent = messaging.businessWrites(business, knownCustomer(tiktok, req), writtenOf(tiktok, business, body));
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

const readUsername = (req: Request): string => String(req.params.username);

const knownCustomer = ({ world }: TikTok, req: Request): Customer => {
  const customer = world.findCustomer(readUsername(req));
  if (customer === null) throw new ControlProblem(404, `there is no customer @${readUsername(req)}`);
  return customer;
};

const writtenOf = (tiktok: TikTok, business: Business, body: WrittenBody) => ({
  content: contentOf(tiktok, business, body),
  quotedMessageId: body.quotedMessageId ?? null,
});

const contentOf = ({ media }: TikTok, business: Business, body: WrittenBody): Content => {
  switch (body.type) {
    case 'text':
      return { type: 'text', text: body.text };
    case 'share_post':
      return { type: 'share_post', videoId: body.videoId };
    case 'image': {
      const bytes = body.imageBase64 === undefined ? null : Buffer.from(body.imageBase64, 'base64');
      const isJpeg = bytes?.[0] === 0xff && bytes[1] === 0xd8;
      const { mediaId } = media.attach(business.businessId, { bytes, mimeType: isJpeg ? 'image/jpeg' : 'image/png' });
      return { type: 'image', mediaId };
    }
  }
};

const onThePhone = ({ messageId, from, source, at, content, quotedMessageId }: Message) => ({
  messageId,
  from,
  ...content,
  ...(content.type === 'share_post' ? { embedUrl: embedUrl(content.videoId) } : {}),
  source,
  at,
  ...(quotedMessageId === null ? {} : { quotedMessageId }),
});
