import type { CreateRelayProducer, OutboxRecord, RelayProducer } from './ports.ts';

/** The broker is away, or has fenced us; or, with `refusesRecord`, it will never take one of the records. */
export class BrokerFailure extends Error {
  override readonly name = 'BrokerFailure';
  readonly code: string;
  readonly retryable: boolean;

  constructor(cause: unknown) {
    super('the broker did not take the records', { cause });
    this.code = codeOf(cause);
    this.retryable = !this.refusesRecord;
  }

  get refusesRecord(): boolean {
    return this.code === 'record_refused';
  }
}

/** One producer for plain topics and one, with a transactional id, for compacted ones. They live and die together. */
export interface Producers {
  readonly areOpen: boolean;
  open(): Promise<void>;
  /** Resolves when all are stored. When it rejects nothing is under way any more, and some may be stored. */
  send(records: readonly OutboxRecord[]): Promise<void>;
  /** Never rejects. Whatever is under way rejects. */
  discard(): Promise<void>;
}

export interface ProducersOptions {
  readonly createProducer: CreateRelayProducer;
  readonly transactionalId: string;
  readonly compactedTopics: ReadonlySet<string>;
}

/** About 23 days: a batch waits for the broker rather than being sent a second time beside itself. */
const DEADLINE_MS = 2_000_000_000;
/** The relay waits for its sends itself; what it discards must not be flushed. */
const STOP_TIMEOUT_MS = 0;

export const createProducers = ({ createProducer, transactionalId, compactedTopics }: ProducersOptions): Producers => {
  const common = { deadlineMs: DEADLINE_MS, stopTimeoutMs: STOP_TIMEOUT_MS };
  let current: { readonly plain: RelayProducer; readonly transactional: RelayProducer | null } | null = null;
  let areOpen = false;

  const discard = async (): Promise<void> => {
    const producers = present(current);
    current = null;
    areOpen = false;
    await Promise.allSettled(producers.map((producer) => producer.stop()));
  };

  return {
    get areOpen() {
      return areOpen;
    },
    discard,

    async open() {
      const opening = {
        plain: createProducer(common),
        transactional: compactedTopics.size > 0 ? createProducer({ ...common, transactionalId }) : null,
      };
      current = opening;
      await allOf(present(opening).map((producer) => producer.start()));
      areOpen = current === opening;
    },

    async send(records) {
      const { plain = [], compacted = [] } = Object.groupBy(records, ({ topic }) =>
        compactedTopics.has(topic) ? 'compacted' : 'plain',
      );
      const sends = [
        [current?.plain, plain],
        [current?.transactional, compacted],
      ] as const;
      await allOf(sends.map(([producer, some]) => (some.length === 0 ? undefined : sendBy(producer, some))));
    },
  };
};

const sendBy = (producer: RelayProducer | null | undefined, records: readonly OutboxRecord[]): Promise<void> =>
  producer?.send(records) ?? Promise.reject(new Error('the producer was discarded'));

const present = (
  producers: { readonly plain: RelayProducer; readonly transactional: RelayProducer | null } | null,
): readonly RelayProducer[] =>
  [producers?.plain, producers?.transactional].filter((producer) => producer !== null && producer !== undefined);

/** Waits for every one before it fails. A failure that another attempt can cure comes before a refusal. */
const allOf = async (work: readonly (Promise<void> | undefined)[]): Promise<void> => {
  const failures = (await Promise.allSettled(work))
    .filter((result) => result.status === 'rejected')
    .map(({ reason }) => new BrokerFailure(reason));
  const [first] = failures.sort((a, b) => Number(a.refusesRecord) - Number(b.refusesRecord));
  if (first !== undefined) throw first;
};

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'broker_unavailable';
