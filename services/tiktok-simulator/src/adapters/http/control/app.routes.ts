import type { Router } from 'express';
import { z } from 'zod';
import { EVENT_TYPES } from '../../../application/developer-app.ts';
import type { TikTok } from '../../../application/tiktok.ts';
import { readBody } from './problem.ts';

const changes = z.strictObject({
  redirectUrls: z.array(z.string()).max(10).optional(),
  approvedScopes: z.array(z.string()).optional(),
  /** Of DIRECT_MESSAGE; null ends the subscription. */
  webhookUrl: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .optional(),
});

/** What the developer sees and changes in TikTok's portal; the secret is not shown. */
export const addAppRoutes = (router: Router, { app }: TikTok): void => {
  const shown = () => ({
    appId: app.appId,
    ...app.registration(),
    callbacks: Object.fromEntries(EVENT_TYPES.map((eventType) => [eventType, app.callbackUrl(eventType)])),
  });

  router.get('/app', (_req, res) => {
    res.json(shown());
  });
  router.put('/app', (req, res) => {
    const { redirectUrls, approvedScopes, webhookUrl } = readBody(changes, req);
    app.register({ ...(redirectUrls && { redirectUrls }), ...(approvedScopes && { approvedScopes }) });
    if (webhookUrl !== undefined) app.subscribe('DIRECT_MESSAGE', webhookUrl);
    res.json(shown());
  });
};
