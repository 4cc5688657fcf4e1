import type { Router } from 'express';
import { z } from 'zod';
import type { TikTok } from '../../../application/tiktok.ts';
import {
  AUDIT_STATUSES,
  AUTO_MESSAGE_ACTIONS,
  type AutoMessage,
  type AutoMessageContent,
} from '../../../domain/model.ts';
import { businessOf } from './people.ts';
import { ControlProblem, readAs, readBody } from './problem.ts';

const common = { action: z.enum(AUTO_MESSAGE_ACTIONS), autoMessageId: z.string().min(1).optional() };
const words = z.string().min(1);

/** What an automatic message says: a row per type. */
const CONTENTS = [
  z.strictObject({ ...common, type: z.literal('WELCOME_MESSAGE'), content: words }),
  z.strictObject({ ...common, type: z.literal('SUGGESTED_QUESTION'), question: words, answer: words }),
  z.strictObject({ ...common, type: z.literal('CHAT_PROMPT'), title: words, content: words }),
] as const;
const withContent = z.discriminatedUnion('type', CONTENTS);
const withoutContent = z.strictObject({
  action: z.enum(AUTO_MESSAGE_ACTIONS).exclude(['CREATE', 'UPDATE']),
  autoMessageId: z.string().min(1),
});
const anyAction = z.looseObject({ action: z.enum(AUTO_MESSAGE_ACTIONS) });
const audit = z.strictObject({ status: z.enum(AUDIT_STATUSES) });

const PATH = '/businesses/:businessId/auto-messages';

/** What the business sets up in its app, and how TikTok judges it. */
export const addAutoMessageRoutes = (router: Router, tiktok: TikTok): void => {
  router.get(PATH, (req, res) => {
    res.json(tiktok.autoMessages.list(businessOf(tiktok, req).businessId).map(shown));
  });
  router.post(PATH, (req, res) => {
    const business = businessOf(tiktok, req);
    const changed = tiktok.autoMessages.change(business, readChange(req.body));
    if (!changed.ok) throw problemOf(changed.error);
    res.status(201).json(shown(changed.value));
  });
  router.post(`${PATH}/:autoMessageId/audits`, (req, res) => {
    const business = businessOf(tiktok, req);
    const { status } = readBody(audit, req);
    const audited = tiktok.autoMessages.audit(business, req.params.autoMessageId, status);
    if (!audited.ok) throw problemOf(audited.error);
    res.status(201).json(shown(audited.value));
  });
};

const PROBLEMS = {
  auto_message_unknown: [404, 'autoMessageId: there is no such automatic message'],
  content_missing: [400, 'type: say what the automatic message is and says'],
  type_differs: [409, 'type: is not that of the automatic message'],
  welcome_message_has_no_update: [
    409,
    'action: TikTok has no UPDATE of a WELCOME_MESSAGE; it is a DELETE and a CREATE',
  ],
} as const;

const problemOf = (refused: keyof typeof PROBLEMS): ControlProblem => {
  const [status, detail] = PROBLEMS[refused];
  return new ControlProblem(status, detail);
};

const readChange = (body: unknown) => {
  const { action } = readAs(anyAction, body ?? {});
  if (action !== 'CREATE' && action !== 'UPDATE') return { ...readAs(withoutContent, body), content: null };
  const { action: _, autoMessageId = null, ...content } = readAs(withContent, body);
  return { action, autoMessageId, content: content satisfies AutoMessageContent };
};

const shown = ({ autoMessageId, content, isEnabled, auditStatus }: AutoMessage) => ({
  autoMessageId,
  ...content,
  isEnabled,
  auditStatus,
});
