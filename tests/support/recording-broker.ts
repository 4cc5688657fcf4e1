import type { CreateRelayProducer, OutboxRecord } from '@tiktok-channel/platform/outbox';

/** A broker in memory with what the relay relies on: order, fencing by transactional id, refusals and absence. */
export interface RecordingBroker {
  readonly createProducer: CreateRelayProducer;
  /** What was stored, in order, over all topics. */
  readonly stored: OutboxRecord[];
  /** Number of records of each produce request that was stored. */
  readonly batches: number[];
  /** Sends and starts wait until it is back. */
  goAway(): void;
  comeBack(): void;
  /** Sends reject at once until it is given `null`. */
  failWith(error: Error | null): void;
  refuse(isRefused: (record: OutboxRecord) => boolean): void;
}

export const recordingBroker = (): RecordingBroker => {
  const stored: OutboxRecord[] = [];
  const batches: number[] = [];
  const epochs = new Map<string, number>();
  let presence = Promise.withResolvers<void>();
  presence.resolve();
  let failure: Error | null = null;
  let isRefused: (record: OutboxRecord) => boolean = () => false;

  const createProducer: CreateRelayProducer = ({ transactionalId }) => {
    const stopped = Promise.withResolvers<never>();
    stopped.promise.catch(() => undefined);
    let epoch = 0;
    const present = () => Promise.race([presence.promise, stopped.promise]);
    return {
      async start() {
        await present();
        if (transactionalId === undefined) return;
        epoch = (epochs.get(transactionalId) ?? 0) + 1;
        epochs.set(transactionalId, epoch);
      },
      async send(records) {
        await present();
        if (failure !== null) throw failure;
        if (transactionalId !== undefined && epochs.get(transactionalId) !== epoch) throw codedError('fenced');
        if (records.some(isRefused)) throw codedError('record_refused');
        stored.push(...records);
        batches.push(records.length);
      },
      async stop() {
        stopped.reject(codedError('stopped'));
      },
    };
  };

  return {
    createProducer,
    stored,
    batches,
    goAway() {
      presence = Promise.withResolvers();
    },
    comeBack: () => presence.resolve(),
    failWith(error) {
      failure = error;
    },
    refuse(predicate) {
      isRefused = predicate;
    },
  };
};

export const codedError = (code: string): Error => Object.assign(new Error(code), { code });
