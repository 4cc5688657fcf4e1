import { ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import type { Ids } from '../domain/ids.ts';
import type { AuditStatus, AutoMessage, AutoMessageAction, AutoMessageContent, Business } from '../domain/model.ts';
import { autoMessageAuditEvent, autoMessageConfigEvent } from '../domain/webhook-events.ts';
import type { Publish } from './publish.ts';
import type { SimulatorTime } from './simulator-time.ts';

/** `content` is null where the action changes none; `autoMessageId` where it makes a new one. */
interface Change {
  readonly action: AutoMessageAction;
  readonly autoMessageId: string | null;
  readonly content: AutoMessageContent | null;
}

type ChangeRefusal = 'auto_message_unknown' | 'content_missing' | 'type_differs' | 'welcome_message_has_no_update';

/** The automatic messages that a business sets up in the TikTok app. Setting one up sends none. */
export interface AutoMessages {
  list(businessId: string): readonly AutoMessage[];
  change(business: Business, change: Change): Result<AutoMessage, ChangeRefusal>;
  audit(business: Business, autoMessageId: string, status: AuditStatus): Result<AutoMessage, 'auto_message_unknown'>;
}

interface Dependencies {
  readonly ids: Ids;
  readonly time: SimulatorTime;
  readonly publish: Publish;
}

export const createAutoMessages = ({ ids, time, publish }: Dependencies): AutoMessages => {
  const byBusiness = new Map<string, Map<string, AutoMessage>>();
  const of = (businessId: string): Map<string, AutoMessage> => {
    const known = byBusiness.get(businessId) ?? new Map<string, AutoMessage>();
    byBusiness.set(businessId, known);
    return known;
  };

  return {
    list: (businessId) => [...of(businessId).values()],
    change: ({ businessId }, { action, autoMessageId, content }) => {
      const known = of(businessId);
      const changed = changedBy(action, content, known.get(autoMessageId ?? ''), () => ids.number('auto-message'));
      if (!changed.ok) return changed;
      if (action === 'DELETE') known.delete(changed.value.autoMessageId);
      else known.set(changed.value.autoMessageId, changed.value);
      const atMs = time.now();
      publish(() => autoMessageConfigEvent(businessId, changed.value, { action, atMs }));
      return changed;
    },
    audit: ({ businessId }, autoMessageId, status) => {
      const known = of(businessId).get(autoMessageId);
      if (known === undefined) return refuse('auto_message_unknown');
      const audited = { ...known, auditStatus: status };
      of(businessId).set(autoMessageId, audited);
      const atMs = time.now();
      publish(() => autoMessageAuditEvent(businessId, audited, { status, atMs }));
      return ok(audited);
    },
  };
};

const changedBy = (
  action: AutoMessageAction,
  content: AutoMessageContent | null,
  known: AutoMessage | undefined,
  nextId: () => string,
): Result<AutoMessage, ChangeRefusal> => {
  if (action === 'CREATE') {
    if (content === null) return refuse('content_missing');
    return ok({ autoMessageId: nextId(), content, isEnabled: true, auditStatus: null });
  }
  if (known === undefined) return refuse('auto_message_unknown');
  if (action === 'UPDATE') return updated(known, content);
  return ok(action === 'DELETE' ? known : { ...known, isEnabled: action === 'ENABLE' });
};

/** Source: an update of a welcome message is a DELETE and a CREATE. */
const updated = (known: AutoMessage, content: AutoMessageContent | null): Result<AutoMessage, ChangeRefusal> => {
  if (known.content.type === 'WELCOME_MESSAGE') return refuse('welcome_message_has_no_update');
  if (content === null) return refuse('content_missing');
  if (content.type !== known.content.type) return refuse('type_differs');
  return ok({ ...known, content, auditStatus: null });
};
