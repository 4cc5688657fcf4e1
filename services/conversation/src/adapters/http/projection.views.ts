import { z } from 'zod';

/** What operators are answered about builds of the projection. */

const count = z.number().int();

export const buildView = z.object({
  build: count,
  state: z.enum(['served', 'building', 'caught_up']),
  startedAt: count.nullable(),
  servedSince: count.nullable(),
  leftOut: count.describe('Records that it could not read or store.'),
  isTelling: z.boolean().describe('Readers are still being told what differs from the build before.'),
  behind: count.describe('Records that the served build has and this one lacks.'),
  partitions: z.array(z.object({ topic: z.string(), partition: count, position: count, endOffset: count })),
});

export const buildsView = z.object({ items: z.array(buildView), nextCursor: z.null() });

export const comparisonView = z.object({
  build: count,
  servedBuild: count,
  tables: z.array(z.object({ table: z.string(), served: count, build: count, differing: count })),
  differences: z.array(
    z.object({
      channelId: z.string(),
      conversationId: z.string().nullable(),
      found: z.array(
        z.object({
          table: z.string(),
          kind: z.enum(['differs', 'only_served', 'only_build']),
          column: z.string().nullable().describe('Null where whole rows are in one build alone.'),
          rows: count,
        }),
      ),
    }),
  ),
  hasMore: z.boolean(),
});
