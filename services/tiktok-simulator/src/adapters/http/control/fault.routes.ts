import type { Router } from 'express';
import { z } from 'zod';
import type { TikTok } from '../../../application/tiktok.ts';
import { describeSwitches, parseSwitches } from '../../../domain/switches.ts';
import { ControlProblem, readBody } from './problem.ts';

export const addFaultRoutes = (router: Router, { switches }: TikTok): void => {
  router.get('/faults', (_req, res) => {
    res.json(describeSwitches(switches.now()));
  });
  router.put('/faults', (req, res) => {
    const parsed = parseSwitches(readBody(z.record(z.string(), z.unknown()), req));
    if ('complaints' in parsed) throw new ControlProblem(400, parsed.complaints.join('; '));
    switches.set(parsed.switches);
    res.json(describeSwitches(parsed.switches));
  });
};
