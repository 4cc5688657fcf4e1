import express, { Router } from 'express';
import type { TikTok } from '../../../application/tiktok.ts';
import { addAppRoutes } from './app.routes.ts';
import { addBusinessRoutes } from './business.routes.ts';
import { addCallRoutes } from './call.routes.ts';
import { addClockRoutes } from './clock.routes.ts';
import { addConnectRoute } from './connect.routes.ts';
import { addCustomerRoutes } from './customer.routes.ts';
import { addDeliveryRoutes } from './delivery.routes.ts';
import { addFaultRoutes } from './fault.routes.ts';
import { answerProblem } from './problem.ts';

/** Large enough for an image of a customer, in base64. */
const BODY_LIMIT = '8mb';

/** Everything below `/_control`: what people and tests do with this TikTok. */
export const createControlRouter = (tiktok: TikTok): Router => {
  const router = Router();
  router.use(express.json({ limit: BODY_LIMIT }));
  for (const addRoutes of [
    addAppRoutes,
    addBusinessRoutes,
    addCustomerRoutes,
    addConnectRoute,
    addClockRoutes,
    addDeliveryRoutes,
    addFaultRoutes,
    addCallRoutes,
  ]) {
    addRoutes(router, tiktok);
  }
  router.use(answerProblem);
  return router;
};
