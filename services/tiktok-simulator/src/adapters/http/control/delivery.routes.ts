import type { Router } from 'express';
import { z } from 'zod';
import type { TikTok } from '../../../application/tiktok.ts';
import { ControlProblem, readBody, readQuery } from './problem.ts';

const FILTERS = ['event', 'businessId', 'conversationId', 'messageId', 'state'] as const;

/** The newest so many, oldest first; all when absent. */
const page = z.object({ limit: z.coerce.number().int().min(1).optional() });

const repeat = z.strictObject({ times: z.int().min(1).max(1_000).default(1) });

export const addDeliveryRoutes = (router: Router, { deliveries }: TikTok): void => {
  router.get('/deliveries', (req, res) => {
    const wanted = FILTERS.filter((name) => req.query[name] !== undefined);
    const found = deliveries.list().filter((delivery) => wanted.every((name) => delivery[name] === req.query[name]));
    const { limit = found.length } = readQuery(page, req);
    res.json(found.slice(Math.max(0, found.length - limit)));
  });
  router.get('/deliveries/counts', (_req, res) => {
    res.json(deliveries.counts());
  });
  router.post('/deliveries/:deliveryId/repeat', async (req, res) => {
    const attempts = await deliveries.repeat(req.params.deliveryId, readBody(repeat, req).times);
    if (attempts === null) throw new ControlProblem(404, 'the log has no such delivery, or nothing is subscribed');
    res.json(attempts);
  });
};
