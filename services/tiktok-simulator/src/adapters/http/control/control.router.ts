import express, { Router } from 'express';
import type { TikTok } from '../../../application/tiktok.ts';
import { addAppRoutes } from './app.routes.ts';
import { addAutoMessageRoutes } from './auto-message.routes.ts';
import { addBusinessRoutes } from './business.routes.ts';
import { addCallRoutes } from './call.routes.ts';
import { addClockRoutes } from './clock.routes.ts';
import { addConnectRoute } from './connect.routes.ts';
import { addCustomerRoutes } from './customer.routes.ts';
import { addCustomerActRoutes } from './customer-act.routes.ts';
import { addDeliveryRoutes } from './delivery.routes.ts';
import { addFaultRoutes } from './fault.routes.ts';
import { addOverviewRoute } from './overview.routes.ts';
import { answerProblem } from './problem.ts';
import { addRawDeliveryRoute } from './raw-delivery.routes.ts';

/** Large enough for an image of a customer, in base64. */
const BODY_LIMIT = '8mb';

/** Everything below `/_control`: what people and tests do with this TikTok. */
export const createControlRouter = (tiktok: TikTok): Router => {
  const router = Router();
  addRawDeliveryRoute(router, tiktok);
  router.use(express.json({ limit: BODY_LIMIT }));
  for (const addRoutes of [
    addAppRoutes,
    addBusinessRoutes,
    addAutoMessageRoutes,
    addCustomerRoutes,
    addCustomerActRoutes,
    addConnectRoute,
    addClockRoutes,
    addDeliveryRoutes,
    addFaultRoutes,
    addCallRoutes,
    addOverviewRoute,
  ]) {
    addRoutes(router, tiktok);
  }
  router.use(answerProblem);
  return router;
};
