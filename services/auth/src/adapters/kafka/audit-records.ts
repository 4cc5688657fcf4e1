import { auditRecord as recordOf } from '@tiktok-channel/platform/operator-api';
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

export const auditRecord = (
  codec: Codec,
  { userId: actor, ...act }: AuditedAct,
  traceparent: string | undefined,
): OutboxRow => recordOf({ codec, topic: topics.audit.name, source: SOURCE }, { ...act, actor, traceparent });
