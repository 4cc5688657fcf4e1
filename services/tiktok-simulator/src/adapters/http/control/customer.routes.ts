import type { Request, Router } from 'express';
import { z } from 'zod';
import type { TikTok } from '../../../application/tiktok.ts';
import { AUTOMATIC_KINDS, type Business } from '../../../domain/model.ts';
import { businessOf, CUSTOMER_PATH, conversationOf, customerSummary, knownCustomer, readUsername } from './people.ts';
import { phoneOf } from './phone-messages.ts';
import { ControlProblem, readAs, readBody } from './problem.ts';
import { reactAs } from './reaction.ts';
import { contentOf, nameField, readWritten, regionField, type WrittenBody } from './written-content.ts';

/** What both sides write, and what the customer's phone shows. */
export const addCustomerRoutes = (router: Router, tiktok: TikTok): void => {
  const { messaging, world } = tiktok;

  router.post(`${CUSTOMER_PATH}/messages`, async (req, res) => {
    const business = businessOf(tiktok, req);
    const username = readUsername(req);
    if (isReaction(req.body)) {
      res.status(201).json(reactAs(tiktok, req, withoutType(req.body)));
      return;
    }
    const body = readWritten(req.body);
    const message = await writtenOf(tiktok, business, { body, req });
    const sent = messaging.customerWrites(business, world.customer(username, body), message);
    res.status(201).json({ conversationId: sent.conversation.conversationId, messageId: sent.message.messageId });
  });
  router.post(`${CUSTOMER_PATH}/app-messages`, async (req, res) => {
    const business = businessOf(tiktok, req);
    const customer = knownCustomer(tiktok, req);
    const { automatic, rest } = readAutomatic(req.body);
    const written = await writtenOf(tiktok, business, { body: readWritten({ type: 'text', ...rest }), req });
    const sent = messaging.businessWrites(business, customer, { ...written, automatic });
    if (sent === null) throw new ControlProblem(409, 'the customer has not written yet, and a business cannot start');
    res.status(201).json({ conversationId: sent.conversation.conversationId, messageId: sent.message.messageId });
  });
  router.post(`${CUSTOMER_PATH}/reads`, (req, res) => {
    const lastReadTimestamp = messaging.customerReads(businessOf(tiktok, req), knownCustomer(tiktok, req));
    if (lastReadTimestamp === null) throw new ControlProblem(409, 'there is no conversation to open');
    res.status(201).json({ lastReadTimestamp });
  });
  router.get(`${CUSTOMER_PATH}/messages`, (req, res) => {
    const business = businessOf(tiktok, req);
    const customer = world.findCustomer(readUsername(req));
    const conversation = customer && world.conversationOf(business, customer);
    res.json(phoneOf(conversation?.messages ?? []));
  });
  router.put(CUSTOMER_PATH, (req, res) => {
    businessOf(tiktok, req);
    res.json(world.customer(readUsername(req), readBody(about, req)));
  });
  router.get(CUSTOMER_PATH, (req, res) => {
    res.json(customerSummary(conversationOf(tiktok, req)));
  });
};

const about = z.strictObject({ displayName: nameField.optional(), region: regionField.optional() });

/** A reaction travels as a message, so it may be written as one. */
const isReaction = (body: unknown): body is object =>
  body !== null && typeof body === 'object' && 'type' in body && body.type === 'reaction';

const withoutType = (body: object): object => ({ ...body, type: undefined });

const automaticField = z.looseObject({ automatic: z.enum(AUTOMATIC_KINDS).optional() });

const readAutomatic = (body: unknown) => {
  const { automatic = null, ...rest } = readAs(automaticField, body ?? {});
  return { automatic, rest };
};

const writtenOf = async (
  tiktok: TikTok,
  business: Business,
  given: { readonly body: WrittenBody; readonly req: Request },
) => ({
  content: await contentOf(tiktok, business, given),
  quotedMessageId: given.body.quotedMessageId ?? null,
  source: given.body.source,
});
