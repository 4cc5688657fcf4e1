/** What is still to be listed of a partition: offsets from `low` on up to `end`. */
export interface Stretch {
  readonly partition: number;
  readonly low: bigint;
  readonly end: bigint;
}

interface Listed {
  readonly partition: number;
  readonly offset: bigint;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** In the order of the log. */
type ReadStretch<T> = (stretch: Stretch) => Promise<readonly T[]>;

/** As many of a partition are read at once, of which a page may need one alone. */
const CHUNK = 50n;

/**
 * The newest of all partitions first, those of one partition always in its order. Reads back in chunks, so that a page costs as much on a topic
 * of a million records as on one of a hundred.
 */
export async function* newestFirst<T extends Listed>(
  stretches: readonly Stretch[],
  read: ReadStretch<T>,
): AsyncGenerator<T> {
  const backwards = stretches.map((stretch) => readBack(stretch, read));
  const heads = await Promise.all(backwards.map(async (records) => ({ records, head: await next(records) })));
  for (;;) {
    const newest = heads.reduce((best, candidate) => (isNewer(candidate.head, best.head) ? candidate : best), {
      records: null as AsyncGenerator<T> | null,
      head: null as T | null,
    });
    if (newest.head === null || newest.records === null) return;
    yield newest.head;
    newest.head = await next(newest.records);
  }
}

const isNewer = (one: Listed | null, other: Listed | null): boolean =>
  one !== null && (other === null || one.at > other.at);

const next = async <T>(records: AsyncGenerator<T>): Promise<T | null> => {
  const { value, done } = await records.next();
  return done === true ? null : value;
};

async function* readBack<T extends Listed>({ partition, low, end }: Stretch, read: ReadStretch<T>): AsyncGenerator<T> {
  let upTo = end;
  while (upTo > low) {
    const from = upTo - CHUNK > low ? upTo - CHUNK : low;
    const chunk = await read({ partition, low: from, end: upTo });
    yield* chunk.toReversed();
    upTo = from;
  }
}
