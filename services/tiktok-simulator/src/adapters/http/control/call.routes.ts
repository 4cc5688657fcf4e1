import type { Router } from 'express';
import type { TikTok } from '../../../application/tiktok.ts';

/** The last calls of the open API, oldest first; `?path=` picks those of one endpoint. */
export const addCallRoutes = (router: Router, { calls }: TikTok): void => {
  router.get('/calls', (req, res) => {
    res.json(calls.list().filter(({ path }) => req.query.path === undefined || path === req.query.path));
  });
};
