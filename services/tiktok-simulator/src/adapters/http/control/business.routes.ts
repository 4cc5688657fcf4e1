import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Router } from 'express';
import { z } from 'zod';
import type { TikTok } from '../../../application/tiktok.ts';
import type { Business } from '../../../domain/model.ts';
import { authorizationRemovedEvent } from '../../../domain/webhook-events.ts';
import { businessOf, customerSummary, usernameField } from './people.ts';
import { ControlProblem, readBody } from './problem.ts';
import { nameField, regionField } from './written-content.ts';

const newBusiness = z.strictObject({
  username: usernameField,
  displayName: nameField.optional(),
  region: regionField.optional(),
});

/** Without a reason no webhook tells of it: that one reaches this callback is unproven. */
const removal = z.strictObject({ reason: z.int().min(0).max(5).optional() });

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
    res.json(world.conversationsOf(businessOf(tiktok, req).businessId).map(customerSummary));
  });
  router.post('/businesses/:businessId/bulk-messages', async (req, res) => {
    res.status(201).json(await sendInBulk(tiktok, businessOf(tiktok, req), readBody(bulk, req)));
  });
  router.delete('/businesses/:businessId/authorization', (req, res) => {
    const { businessId } = businessOf(tiktok, req);
    const { reason } = readBody(removal, req);
    tiktok.authorizations.removeAll(businessId);
    if (reason !== undefined) tiktok.publish(() => authorizationRemovedEvent(businessId, reason, tiktok.time.now()));
    res.status(204).end();
  });
};

/** What is written before others get their turn. */
const BULK_SLICE = 500;

/** The customers write in turn, so a conversation has every n-th message. */
const sendInBulk = async (tiktok: TikTok, business: Business, { count, customers, text }: z.infer<typeof bulk>) => {
  if (count > tiktok.deliveries.room()) {
    throw new ControlProblem(409, `count: only ${tiktok.deliveries.room()} more deliveries may be open`);
  }
  const writers = Array.from({ length: Math.min(customers, count) }, (_, index) =>
    tiktok.world.customer(`bulk.${String(index + 1).padStart(5, '0')}`),
  );
  const messages = [];
  for (let index = 0; index < count; index += 1) {
    if (index % BULK_SLICE === BULK_SLICE - 1) await nextTurn();
    const writer = writers[index % writers.length] ?? tiktok.world.customer('bulk.00001');
    const content = { type: 'text', text: text.replaceAll('{n}', String(index + 1)) } as const;
    const { conversation, message } = tiktok.messaging.customerWrites(business, writer, { content });
    const { conversationId } = conversation;
    const { messageId, at } = message;
    messages.push({ conversationId, messageId, username: writer.username, text: content.text, at });
  }
  return { count, messages };
};
