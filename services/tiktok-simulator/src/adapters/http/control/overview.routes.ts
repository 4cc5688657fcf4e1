import type { Router } from 'express';
import { z } from 'zod';
import type { TikTok } from '../../../application/tiktok.ts';
import { customerSummary } from './people.ts';
import { phoneOf } from './phone-messages.ts';
import { readQuery } from './problem.ts';

/** The newest so many of each. */
const SHOWN_MESSAGES = 200;
const SHOWN_CUSTOMERS = 200;
const SHOWN_DELIVERIES = 40;

const query = z.object({ businessId: z.string().optional(), username: z.string().optional() });

/** All that the phone page shows, in one answer. */
export const addOverviewRoute = (router: Router, tiktok: TikTok): void => {
  const { world, time, deliveries, switches } = tiktok;

  router.get('/overview', (req, res) => {
    const wanted = readQuery(query, req);
    const businesses = world.businesses();
    const business = businesses.find(({ businessId }) => businessId === wanted.businessId) ?? businesses[0] ?? null;
    const conversations = business === null ? [] : world.conversationsOf(business.businessId);
    const chosen = conversations.find(({ customer }) => customer.username === wanted.username);
    res.json({
      nowMs: time.now(),
      offsetMs: time.offsetMs(),
      switches: switches.now(),
      businesses,
      businessId: business?.businessId ?? null,
      customers: conversations.slice(0, SHOWN_CUSTOMERS).map(customerSummary),
      isTyping: (chosen?.typingUntil ?? 0) > time.now(),
      held: chosen?.messages.filter(({ isHeld }) => isHeld).length ?? 0,
      messages: phoneOf((chosen?.messages ?? []).slice(-SHOWN_MESSAGES)),
      counts: deliveries.counts(),
      deliveries: deliveries.list().slice(-SHOWN_DELIVERIES).reverse(),
    });
  });
};
