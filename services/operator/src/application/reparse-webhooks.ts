import {
  addRedelivery,
  addUndecodable,
  emptyTally,
  type Redelivery,
  type ReparseTally,
} from '../domain/reparse-tally.ts';
import type { ReadRecord, ReadTopic, RecordAct, Redeliver, UnrecognizedDelivery } from './ports.ts';

export interface ReparseOptions {
  /** Epoch milliseconds; everything that is kept when it is left out. */
  readonly sinceMs?: number | undefined;
  readonly channelId?: string | undefined;
  readonly reason?: string | undefined;
  /** Counts what would be given, and gives nothing. */
  readonly dryRun: boolean;
  readonly actor: string;
  readonly why: string;
  readonly onProgress: (tally: ReparseTally) => void;
  readonly signal: AbortSignal;
}

interface Dependencies {
  readonly topic: string;
  readonly readTopic: ReadTopic;
  readonly redeliver: Redeliver;
  readonly recordAct: RecordAct;
}

/** What ingress is asked at once: live deliveries come first. */
const CONCURRENCY = 8;

/**
 * Reads the unrecognised deliveries up to what is there now and gives each to ingress anew. Twice is harmless: what
 * becomes of a delivery has the same id every time. The act is on record before the first delivery is given.
 */
export const createReparseWebhooks =
  ({ topic, readTopic, redeliver, recordAct }: Dependencies) =>
  async (options: ReparseOptions): Promise<ReparseTally> => {
    let tally = emptyTally;
    const { signal, actor, why, dryRun } = options;
    if (!dryRun) await recordAct({ actor, action: 'webhooks.reparse_started', subject: topic, reason: why });

    const giveAnew = async (record: ReadRecord): Promise<void> => {
      const found = deliveryOf(record);
      if (found === null) {
        tally = addUndecodable(tally);
      } else if (isMeant(found, options)) {
        // Waited for first: the tally moves on meanwhile.
        const redelivery = await give(found);
        tally = addRedelivery(tally, redelivery);
      }
      options.onProgress(tally);
    };
    const give = async ({ delivery, reason }: Found): Promise<Redelivery> => {
      if (delivery === null) return { kind: 'blanked' };
      return dryRun ? { kind: 'unrecognized', reason } : redeliver(delivery, signal);
    };
    await readTopic(topic, {
      from: options.sinceMs ?? 'beginning',
      until: 'end',
      signal,
      take: (records) => inParallel(records, giveAnew, signal),
    });
    return tally;
  };

interface Found {
  readonly channelId: string | null;
  readonly reason: string;
  /** Null when its body was blanked. */
  readonly delivery: UnrecognizedDelivery | null;
}

const isMeant = (found: Found, { channelId, reason }: ReparseOptions): boolean =>
  (channelId === undefined || found.channelId === channelId) && (reason === undefined || found.reason === reason);

/** As far as it is read here. */
interface WebhookUnrecognized {
  readonly channelId: string | null;
  readonly reason: string;
  readonly rawBody: Uint8Array | null;
  readonly logId: string | null;
  readonly receivedAt: number;
}

const deliveryOf = ({ reading }: ReadRecord): Found | null => {
  if (reading.kind !== 'record' || reading.name !== 'WebhookUnrecognized') return null;
  const { channelId, reason, rawBody, logId, receivedAt } = reading.value as WebhookUnrecognized;
  return { channelId, reason, delivery: rawBody && { rawBody, logId, receivedAtMs: receivedAt } };
};

const inParallel = async <T>(items: readonly T[], work: (item: T) => Promise<void>, signal: AbortSignal) => {
  const waiting = items.values();
  const worker = async (): Promise<void> => {
    for (const item of waiting) {
      if (signal.aborted) return;
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
};
