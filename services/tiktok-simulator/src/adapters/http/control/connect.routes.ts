import type { Request, Router } from 'express';
import { z } from 'zod';
import type { TikTok } from '../../../application/tiktok.ts';
import { AUTHORIZE_PATH } from '../consent/authorize.router.ts';
import { ControlProblem, readBody } from './problem.ts';

const connect = z.strictObject({
  businessId: z.string(),
  url: z.url(),
  cookie: z.string().optional(),
  /** Scopes to leave ticked; all that are asked for when absent. */
  grant: z.array(z.string()).optional(),
  deny: z.boolean().default(false),
  follow: z.boolean().default(true),
});
type Connect = z.infer<typeof connect>;

/**
 * Walks the consent page over HTTP as the owner of the business would. `callback` is where TikTok sent the browser, null
 * when it kept it on an error page; `location` is where the browser ended: the address to which the callback redirected,
 * the callback itself when it did not, null when it was not called.
 */
export const addConnectRoute = (router: Router, { world }: TikTok): void => {
  router.post('/connect', async (req, res) => {
    const wanted = readBody(connect, req);
    if (world.business(wanted.businessId) === null) {
      throw new ControlProblem(404, `there is no business ${wanted.businessId}`);
    }
    const page = ownAddressOf(req, wanted.url);
    const shown = await fetch(page, { redirect: 'manual' });
    if (shown.status !== 200) {
      res.json({ callback: null, location: locationOf(shown, wanted.url) });
      return;
    }
    const callback = locationOf(await submit(page, wanted), page);
    const location = wanted.follow ? await visit(callback, wanted.cookie) : null;
    res.json({ callback, location });
  });
};

/** The same page, reached as this process sees itself: the address in `url` may be one that only browsers know. */
const ownAddressOf = (req: Request, url: string): string => {
  const { pathname, search } = new URL(url);
  if (pathname.replace(/\/$/, '') !== AUTHORIZE_PATH)
    throw new ControlProblem(400, `url is not that of ${AUTHORIZE_PATH}`);
  const { localAddress = '127.0.0.1', localPort } = req.socket;
  const host = localAddress.includes(':') ? `[${localAddress}]` : localAddress;
  return `http://${host}:${localPort}${pathname}${search}`;
};

const submit = (page: string, { businessId, grant, deny }: Connect): Promise<Response> => {
  const asked = new URL(page).searchParams.get('scope')?.split(',') ?? [];
  const form = new URLSearchParams({ business_id: businessId, decision: deny ? 'deny' : 'grant' });
  for (const scope of grant ?? asked) form.append('granted', scope);
  return fetch(page, { method: 'POST', body: form, redirect: 'manual' });
};

const visit = async (callback: string, cookie: string | undefined): Promise<string> => {
  const headers = cookie === undefined ? {} : { cookie: cookieHeader(cookie) };
  try {
    const answer = await fetch(callback, { headers, redirect: 'manual' });
    await answer.body?.cancel();
    return locationOf(answer, callback);
  } catch (error) {
    throw new ControlProblem(502, `the callback could not be reached: ${String(error)}`);
  }
};

const locationOf = (answer: Response, base: string): string => {
  const location = answer.headers.get('location');
  return location === null ? base : new URL(location, base).href;
};

const ATTRIBUTES = new Set(['path', 'domain', 'expires', 'max-age', 'secure', 'httponly', 'samesite']);

/** Takes a `Cookie` value as well as a whole `Set-Cookie` one. */
const cookieHeader = (cookie: string): string =>
  cookie
    .split(';')
    .map((part) => part.trim())
    .filter((part) => !ATTRIBUTES.has((part.split('=')[0] ?? '').toLowerCase()))
    .join('; ');
