import type { Request, Router } from 'express';
import { z } from 'zod';
import type { TikTok } from '../../../application/tiktok.ts';
import { updatedAt } from '../../../application/world.ts';
import type { Business } from '../../../domain/model.ts';
import { ControlProblem, readBody } from './problem.ts';

export const nameField = z.string().min(1).max(100);

/** TikTok's characters and length, as its app asks for them. Periods alone are not a name, and would be lost in a path. */
export const usernameField = z
  .string()
  .regex(/^(?!\.+$)[A-Za-z0-9_.]{2,24}$/, 'take 2 to 24 letters, digits, underscores and periods');
export const regionField = z
  .string()
  .regex(/^[A-Za-z]{2}$/)
  .transform((region) => region.toUpperCase());

const newBusiness = z.strictObject({
  username: usernameField,
  displayName: nameField.optional(),
  region: regionField.optional(),
});

const bulk = z.strictObject({
  count: z.int().min(1).max(200_000),
  customers: z.int().min(1).max(50_000).default(1),
  /** `{n}` becomes the number of the message. */
  text: z.string().min(1).default('Message {n}'),
});

export const addBusinessRoutes = (router: Router, tiktok: TikTok): void => {
  const { world } = tiktok;

  router.post('/businesses', (req, res) => {
    const { username, displayName = username, region } = readBody(newBusiness, req);
    const added = world.addBusiness({ username, displayName, region });
    if (!added.ok) throw new ControlProblem(409, `there is a business @${username} already`);
    res.status(201).json(added.value);
  });
  router.get('/businesses', (_req, res) => {
    res.json(world.businesses());
  });
  router.get('/businesses/:businessId/customers', (req, res) => {
    const conversations = world.conversationsOf(businessOf(tiktok, req).businessId);
    res.json(
      conversations.map((conversation) => ({
        ...conversation.customer,
        conversationId: conversation.conversationId,
        conversationType: conversation.type,
        messages: conversation.messages.length,
        updatedAt: updatedAt(conversation),
      })),
    );
  });
  router.post('/businesses/:businessId/bulk-messages', (req, res) => {
    res.status(201).json(sendInBulk(tiktok, businessOf(tiktok, req), readBody(bulk, req)));
  });
  router.delete('/businesses/:businessId/authorization', (req, res) => {
    tiktok.authorizations.removeAll(businessOf(tiktok, req).businessId);
    res.status(204).end();
  });
};

export const businessOf = ({ world }: TikTok, req: Request): Business => {
  const business = world.business(String(req.params.businessId));
  if (business === null) throw new ControlProblem(404, `there is no business ${String(req.params.businessId)}`);
  return business;
};

/** The customers write in turn, so a conversation has every n-th message. */
const sendInBulk = (
  { world, messaging }: TikTok,
  business: Business,
  { count, customers, text }: z.infer<typeof bulk>,
) => {
  const writers = Array.from({ length: Math.min(customers, count) }, (_, index) =>
    world.customer(`bulk.${String(index + 1).padStart(5, '0')}`),
  );
  const messages = Array.from({ length: count }, (_, index) => {
    const writer = writers[index % writers.length] ?? world.customer('bulk.00001');
    const content = { type: 'text', text: text.replaceAll('{n}', String(index + 1)) } as const;
    const { conversation, message } = messaging.customerWrites(business, writer, { content });
    return {
      conversationId: conversation.conversationId,
      messageId: message.messageId,
      username: writer.username,
      text: content.text,
      at: message.at,
    };
  });
  return { count, messages };
};
