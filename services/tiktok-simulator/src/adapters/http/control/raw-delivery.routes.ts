import express, { type Request, type Router } from 'express';
import { z } from 'zod';
import type { TikTok } from '../../../application/tiktok.ts';
import { parseExactly } from '../../../domain/exact-numbers.ts';
import { EVENT_TYPES } from '../../../domain/webhook-events.ts';
import { ControlProblem, readAs } from './problem.ts';

/** What is said about the delivery. Every other field goes into the envelope, over what would stand there. */
const rawDelivery = z.looseObject({
  event: z.string().default('im_receive_msg'),
  /** An object becomes a string that holds JSON, as TikTok has it; a string is sent as it is. */
  content: z.unknown().optional(),
  contentAsObject: z.boolean().default(false),
  /** Fields of the envelope to leave out. */
  omit: z.array(z.string()).default([]),
  /** In place of the whole envelope. */
  body: z.string().optional(),
  eventType: z.enum(EVENT_TYPES).default('DIRECT_MESSAGE'),
  conversationId: z.string().nullable().default(null),
  messageId: z.string().nullable().default(null),
});
type RawDelivery = z.infer<typeof rawDelivery>;

/** Deliveries of any shape, signed like all others: for what TikTok may send one day, or sent somebody once. */
export const addRawDeliveryRoute = (router: Router, tiktok: TikTok): void => {
  // Read as text, since a number of 19 digits does not survive JSON.parse.
  router.post('/raw-deliveries', express.text({ type: () => true, limit: '8mb' }), (req, res) => {
    const wanted = readAs(rawDelivery, parseBody(req));
    const body = wanted.body ?? JSON.stringify(envelopeOf(tiktok, wanted));
    const { event, eventType, conversationId, messageId } = wanted;
    const businessId = String(wanted.user_openid ?? firstBusiness(tiktok) ?? '');
    const about = { event, eventType, businessId, conversationId, messageId };
    const deliveryId = tiktok.deliveries.addRaw(about, body);
    if (deliveryId === null) throw new ControlProblem(409, `nothing is subscribed to ${eventType}`);
    res.status(201).json({ deliveryId, body });
  });
};

const parseBody = (req: Request): unknown => parseExactly(typeof req.body === 'string' ? req.body : '{}');

const firstBusiness = ({ world }: TikTok): string | undefined => world.businesses()[0]?.businessId;

const envelopeOf = (tiktok: TikTok, wanted: RawDelivery): Record<string, unknown> => {
  const { event, content, contentAsObject, omit, ...rest } = wanted;
  const { body: _, eventType: __, conversationId: ___, messageId: ____, ...extra } = rest;
  const isText = typeof content === 'string' || contentAsObject || content === undefined;
  const envelope = {
    client_key: tiktok.app.appId,
    event,
    create_time: Math.floor(tiktok.time.now() / 1000),
    user_openid: firstBusiness(tiktok),
    content: isText ? content : JSON.stringify(content),
    ...extra,
  };
  return Object.fromEntries(Object.entries(envelope).filter(([name]) => !omit.includes(name)));
};
