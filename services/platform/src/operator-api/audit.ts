import { unavailable } from '../http-server/index.ts';
import { cloudEventHeaders, type OutgoingRecord, type Producer } from '../kafka/index.ts';
import { type Clock, eventIds, type IdGenerator, type Logger } from '../kernel/index.ts';

/** What somebody does: who, what, on what and why. */
export interface Act {
  /** The account concerned, if it is one. */
  readonly accountId: string | null;
  /** User id of who acts. */
  readonly actor: string | null;
  readonly role: 'administrator' | 'agent' | 'operator';
  /** Stable dotted name: `dead_letters.redriven`. */
  readonly action: string;
  /** Id of what it is done to. */
  readonly subject: string | null;
  /** In the words of who acts. */
  readonly reason: string | null;
}

interface OperatorActed extends Omit<Act, 'role'> {
  readonly role: string;
  readonly at: number;
}

/** As far as the audit needs the contract's codec. */
export interface AuditCodec {
  fullName(name: 'OperatorActed'): string;
  encode(name: 'OperatorActed', act: OperatorActed): Buffer;
}

/** Where a service's acts go, and who says so. */
export interface AuditTrail {
  readonly codec: AuditCodec;
  readonly topic: string;
  /** `/tiktok-channel/<service>` */
  readonly source: string;
}

/** The story that an act is part of, and its place there: they make the record's id. */
export interface AuditedAct extends Act {
  readonly story: string;
  readonly step: number;
  readonly atMs: number;
  readonly correlationId?: string | undefined;
  /** Only for what is sent later than it was caused (an outbox). */
  readonly traceparent?: string | undefined;
}

/** The one shape of `OperatorActed`, as an outbox row takes it or a producer sends it. */
export const auditRecord = (
  { codec, topic, source }: AuditTrail,
  { story, step, atMs, correlationId, traceparent, ...act }: AuditedAct,
): { readonly eventId: string; readonly record: OutgoingRecord } => {
  const type = codec.fullName('OperatorActed');
  const { accountId, actor, role, action, subject, reason } = act;
  const eventId = eventIds.streamEvent(type, accountId ?? '', story, step);
  return {
    eventId,
    record: {
      topic,
      key: accountId,
      value: codec.encode('OperatorActed', { accountId, actor, role, action, subject, reason, at: atMs }),
      headers: cloudEventHeaders({
        id: eventId,
        source,
        type,
        timeMs: atMs,
        subject: subject ?? accountId ?? action,
        partitionKey: accountId ?? undefined,
        correlationId,
        traceparent,
      }),
    },
  };
};

/** What an operator is about to do. `accountId` where the act is of one account alone. */
export interface OperatorAct extends Pick<Act, 'action' | 'subject'> {
  readonly actor: string;
  readonly reason: string;
  readonly accountId?: string | undefined;
}

/** Resolves when the act is on record; throws a problem 503 when it could not be, and then nothing may be done. */
export type RecordAct = (act: OperatorAct) => Promise<void>;

/**
 * For services that act on what no transaction of theirs holds: the act is on the audit topic before it is done. A record that the
 * broker took after its deadline tells of an act that was not done, which is the lesser fault.
 */
export const createRecordAct = (dependencies: {
  readonly trail: () => AuditTrail;
  readonly producer: Pick<Producer, 'send'>;
  readonly ids: IdGenerator;
  readonly clock: Clock;
  readonly logger: Logger;
}): RecordAct => {
  const { trail, producer, ids, clock, logger } = dependencies;
  return async ({ actor, action, subject, reason, accountId = null }) => {
    const act = { accountId, actor, role: 'operator', action, subject, reason } as const;
    const { record } = auditRecord(trail(), { ...act, story: `act-${ids.next()}`, step: 1, atMs: clock.now() });
    try {
      await producer.send([record]);
    } catch (error) {
      logger.warn('operator.act_unrecorded', { action, subject }, error);
      throw unavailable('nothing was done, since it could not be put on record');
    }
    logger.info('operator.acted', { action, subject, actor });
  };
};
