import type { Request, Router } from 'express';
import { z } from 'zod';
import type { TikTok } from '../../../application/tiktok.ts';
import { readBody } from './problem.ts';

const advance = z.strictObject({
  advanceSeconds: z
    .number()
    .min(0)
    .max(10 * 365 * 86_400),
});

/** The clock, its followers, and what becomes due when it moves: in that order, since who gets a delivery must have the time of its stamp. */
export const addClockRoutes = (router: Router, { followers, time }: TikTok): void => {
  router.get('/clock', async (req, res) => {
    const gone = new AbortController();
    res.once('close', () => {
      if (!res.writableFinished) gone.abort();
    });
    const follower = typeof req.query.follower === 'string' ? req.query.follower : null;
    if (follower !== null) leaveWithConnection(req, () => followers.leave(follower));
    const state = await followers.poll({ version: readVersion(req), follower, gone: gone.signal });
    if (!gone.signal.aborted) res.json(state);
  });
  router.post('/clock', async (req, res) => {
    const { advanceSeconds } = readBody(advance, req);
    const state = await followers.advance(Math.round(advanceSeconds * 1000));
    time.fireDue();
    res.json({ ...state, nowMs: time.now() });
  });
};

/** A follower that keeps its connection is gone with it; one that makes a new one for each poll is not. */
const followersBySocket = new WeakMap<Request['socket'], Set<string>>();
const leaveWithConnection = (req: Request, leave: () => void): void => {
  if (req.headers.connection === 'close') return;
  const name = String(req.query.follower);
  const known = followersBySocket.get(req.socket) ?? new Set();
  if (known.has(name)) return;
  followersBySocket.set(req.socket, known.add(name));
  req.socket.once('close', leave);
};

const readVersion = (req: Request): number | null => {
  const version = Number(req.query.version);
  return req.query.version === undefined || !Number.isSafeInteger(version) ? null : version;
};
