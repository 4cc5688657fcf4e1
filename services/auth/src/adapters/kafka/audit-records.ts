import { cloudEventHeaders } from '@tiktok-channel/platform/kafka';
import { eventIds } from '@tiktok-channel/platform/kernel';
import type { OutboxRow } from '@tiktok-channel/platform/outbox';
import { type Codec, topics } from '@tiktok-channel/schemas';
import type { Act } from '../../application/ports.ts';
import { SOURCE } from './source.ts';

/** What was done, as the audit tells it. */
export interface AuditedAct extends Omit<Act, 'actId'> {
  /** The story that it is part of, and its place there: they make the record's id. */
  readonly story: string;
  readonly step: number;
  readonly accountId: string | null;
  /** Stable dotted name. */
  readonly action: string;
  readonly subject: string | null;
  readonly correlationId?: string | undefined;
  readonly atMs: number;
}

export const auditRecord = (codec: Codec, act: AuditedAct, traceparent: string | undefined): OutboxRow => {
  const type = codec.fullName('OperatorActed');
  const { accountId, subject, atMs } = act;
  const eventId = eventIds.streamEvent(type, accountId ?? '', act.story, act.step);
  return {
    eventId,
    record: {
      topic: topics.audit.name,
      key: accountId,
      value: codec.encode('OperatorActed', {
        accountId,
        actor: act.userId,
        role: act.role,
        action: act.action,
        subject,
        reason: act.reason,
        at: atMs,
      }),
      headers: cloudEventHeaders({
        id: eventId,
        source: SOURCE,
        type,
        timeMs: atMs,
        subject: subject ?? accountId ?? act.action,
        partitionKey: accountId ?? undefined,
        correlationId: act.correlationId,
        traceparent,
      }),
    },
  };
};
