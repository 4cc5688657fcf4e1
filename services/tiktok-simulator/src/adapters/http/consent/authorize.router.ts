import express, { type RequestHandler, Router } from 'express';
import { z } from 'zod';
import type { TikTok } from '../../../application/tiktok.ts';
import {
  type AuthorizationRequest,
  deniedCallback,
  grantedCallback,
  type RequestError,
  readAuthorizationRequest,
} from './authorization-request.ts';
import { consentPage, errorPage } from './pages.ts';

export const AUTHORIZE_PATH = '/v2/auth/authorize';

const decision = z.object({
  decision: z.enum(['grant', 'deny']),
  business_id: z.string(),
  /** Ticked scopes: absent for none, a string for one. */
  granted: z.union([z.string().transform((scope) => [scope]), z.array(z.string())]).default([]),
});

/** The page on which the owner of a business account lets the app in, or does not. */
export const createAuthorizeRouter = (tiktok: TikTok): Router => {
  const router = Router();
  router.get(AUTHORIZE_PATH, showConsent(tiktok));
  router.post(AUTHORIZE_PATH, express.urlencoded({ extended: false }), decide(tiktok));
  return router;
};

const showConsent =
  (tiktok: TikTok): RequestHandler =>
  (req, res) => {
    if (typeof req.query.error === 'string') {
      res.status(400).send(errorPage(req.query.error, String(req.query.error_type ?? '')));
      return;
    }
    const request = readAuthorizationRequest(req.query, tiktok.app);
    const silent = request.ok ? silentCallback(tiktok, request.value) : null;
    if (!request.ok) res.redirect(302, withError(req.originalUrl, request.error));
    else if (silent !== null) res.redirect(302, silent);
    else res.send(consentPage(request.value, tiktok.world.businesses()));
  };

/** Where who authorised before is sent without being asked; null for a page to be shown. */
const silentCallback = (tiktok: TikTok, request: AuthorizationRequest): string | null => {
  const { silent_redirect } = tiktok.switches.now();
  const before = tiktok.authorizations.newestWith(request.scopes);
  if (silent_redirect === 'off' || request.disablesAutoAuth || before === null) return null;
  const { redirectUri, scopes } = request;
  const code =
    silent_redirect === 'with_code'
      ? tiktok.authorizations.issueCode({ businessId: before.businessId, scopes, redirectUri })
      : null;
  return grantedCallback(request, { code, scopes });
};

const decide =
  (tiktok: TikTok): RequestHandler =>
  (req, res) => {
    const request = readAuthorizationRequest(req.query, tiktok.app);
    const form = decision.safeParse(req.body);
    const business = tiktok.world.business(form.data?.business_id ?? '');
    if (!request.ok) {
      res.redirect(302, withError(req.originalUrl, request.error));
    } else if (!form.success || business === null) {
      res.status(400).send(errorPage('access_denied', 'account'));
    } else if (form.data.decision === 'deny') {
      res.redirect(302, deniedCallback(request.value));
    } else {
      const { businessId } = business;
      const scopes = request.value.scopes.filter((scope) => form.data.granted.includes(scope));
      const code = tiktok.authorizations.issueCode({ businessId, scopes, redirectUri: request.value.redirectUri });
      res.redirect(302, grantedCallback(request.value, { code, scopes }));
    }
  };

/** TikTok's own address gains the error, and no callback is called. */
const withError = (ownUrl: string, { error, type }: RequestError): string =>
  `${ownUrl}${ownUrl.includes('?') ? '&' : '?'}error=${error}&error_type=${type}`;
