import type { Result } from '@tiktok-channel/platform/kernel';
import { onDatabase } from '@tiktok-channel/platform/postgres';
import type {
  BuildRefusal,
  Comparison,
  ConversationDifference,
  FoundDifference,
} from '../../application/build-ports.ts';
import { schemaOf } from './build.store.ts';
import {
  beginCounts,
  beginDifferences,
  type ReadDifferences,
  type RowCount,
  type RowDifference,
} from './build-differences.ts';
import { type BuildOptions, whileMatched } from './build-matching.ts';
import { readBuildRows, servedSchema } from './build-rows.ts';

const MOST_LISTED = 1_000;
const COMPARISON_TIMEOUT_MS = 3_600_000;

/**
 * Compares every row of two builds at the same positions. The served one stands still until the snapshot is taken in which
 * both are read, which takes as long as that snapshot, however long the reading takes; that is not waited for here.
 */
export const compareBuilds = (
  options: BuildOptions,
  build: number,
): Promise<Result<{ readonly comparison: Promise<Comparison> }, BuildRefusal>> =>
  whileMatched(options, build, {
    work: async () => {
      const holding = Promise.withResolvers<void>();
      const comparison = readBoth(options, build, holding.resolve);
      // Nobody waits for it when this transaction fails.
      comparison.catch(() => undefined);
      await Promise.race([holding.promise, comparison]);
      return { comparison };
    },
  });

const readBoth = ({ database }: BuildOptions, build: number, onHeld: () => void): Promise<Comparison> =>
  onDatabase(() =>
    database.$transaction(
      async (tx) => {
        const sides = { left: await servedSchema(tx), right: schemaOf(build) };
        const served = (await readBuildRows(tx)).find((row) => row.is_served);
        const readCounts = await beginCounts(tx, sides);
        const readDifferences = await beginDifferences(tx, sides);
        onHeld();
        return {
          build,
          servedBuild: served?.build ?? 0,
          ...(await tally(readDifferences, await readCounts())),
        };
      },
      { isolationLevel: 'RepeatableRead', timeout: COMPARISON_TIMEOUT_MS },
    ),
  );

const KINDS = { differs: 'differs', only_left: 'only_served', only_right: 'only_build' } as const;

type Tally = Pick<Comparison, 'tables' | 'differences' | 'hasMore'>;

const tally = async (readDifferences: ReadDifferences, counts: readonly RowCount[]): Promise<Tally> => {
  const differing = new Map<string, number>();
  const listed = new Map<string, Listed>();
  let hasMore = false;
  for (let page = await readDifferences(); page.length > 0; page = await readDifferences()) {
    for (const difference of page) {
      differing.set(difference.table, (differing.get(difference.table) ?? 0) + 1);
      const key = `${difference.channelId}\0${difference.conversationId}`;
      if (!listed.has(key) && listed.size === MOST_LISTED) hasMore = true;
      else listed.set(key, withRow(listed.get(key), difference));
    }
  }
  return {
    tables: counts.map(({ table, left, right }) => ({
      table,
      served: left,
      build: right,
      differing: differing.get(table) ?? 0,
    })),
    differences: [...listed.values()].map(conversationOf),
    hasMore,
  };
};

interface Listed extends Pick<RowDifference, 'channelId' | 'conversationId'> {
  readonly found: Map<string, FoundDifference>;
}

const withRow = (listed: Listed | undefined, difference: RowDifference): Listed => {
  const { channelId, conversationId, table, columns } = difference;
  const kind = KINDS[difference.kind];
  const found = listed?.found ?? new Map<string, FoundDifference>();
  for (const column of columns.length === 0 ? [null] : columns) {
    const key = `${table}\0${kind}\0${column}`;
    found.set(key, { table, kind, column, rows: (found.get(key)?.rows ?? 0) + 1 });
  }
  return { channelId, conversationId, found };
};

const conversationOf = ({ channelId, conversationId, found }: Listed): ConversationDifference => ({
  channelId,
  conversationId,
  found: [...found.values()],
});
