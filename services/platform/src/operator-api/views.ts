import { z } from 'zod';
import { HEADERS, type IncomingRecord, type PartitionReport } from '../kafka/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { OutboxBacklog } from '../outbox/index.ts';
import { type DeadLetterSummary, shownHeaders, summaryOf } from './dead-letter.ts';

const time = z.number().int();

/** What the operator endpoints of every service answer; the OpenAPI document is made of them. */
export const deadLetterView = z.object({
  id: z.string().describe('`<partition>-<offset>` on the dead-letter topic.'),
  recordType: z.string().nullable().describe('Full name of the record, where its headers say it.'),
  reason: z.string().describe('Why it was given up.'),
  attempts: z.number().int().describe('How often it was tried, also after it was given back.'),
  at: time.describe('Epoch milliseconds.'),
  group: z.string().describe('The consumer group that gave it up, and the only one that takes it again.'),
  origin: z.object({
    topic: z.string(),
    partition: z.number().int().nullable(),
    offset: z.string().nullable(),
    key: z.string().nullable(),
  }),
  redrivenAt: time.nullable().describe('Epoch milliseconds: when it was given back last.'),
});

export const deadLetterDetailView = deadLetterView.extend({
  sizeBytes: z.number().int().describe('Of the value, which is not shown: it may hold the words of a customer.'),
  isValueOmitted: z.boolean().describe('The value was too large to come along; it lies at the origin.'),
  headers: z.record(z.string(), z.string()).describe('Of headers that are not ours only the length.'),
});

export const redrivenView = z.object({
  redriven: z.number().int(),
  skipped: z
    .record(z.string(), z.number().int())
    .describe('Dead letters that were meant and left: `already_redriven`, `group_gone`, `value_gone`.'),
});

export const consumerView = z.object({
  group: z.string(),
  topic: z.string(),
  partition: z.number().int(),
  position: z.string().nullable().describe('The next offset to take, by the store that decides.'),
  endOffset: z.string(),
  lag: z.number().int().nullable(),
  lastProgressAt: time
    .nullable()
    .describe('Epoch milliseconds; null when it has not moved since this process has the partition.'),
  state: z
    .enum(['running', 'retrying', 'idle', 'elsewhere'])
    .describe('`elsewhere`: another replica has the partition, or none yet; how it fares is not known to this one.'),
  reason: z.string().nullable().describe('Why it waits.'),
});

export const outboxView = z.object({
  name: z.string(),
  waiting: z.number().int(),
  oldestAt: time.nullable().describe('Epoch milliseconds: since when the oldest of them waits.'),
  setAside: z.number().int().describe('Records that the broker will never take.'),
});

export const listOf = (item: z.ZodType) => z.object({ items: z.array(item), nextCursor: z.string().nullable() });

export const letterItem = (
  { partition: _partition, offset: _offset, ...letter }: DeadLetterSummary,
  redrivenAt: number | undefined,
): z.infer<typeof deadLetterView> => ({
  ...letter,
  redrivenAt: redrivenAt ?? null,
});

export const detailOf = (
  letter: IncomingRecord,
  redrivenAt: number | undefined,
): z.infer<typeof deadLetterDetailView> => ({
  ...letterItem(summaryOf(letter), redrivenAt),
  sizeBytes: letter.value?.length ?? 0,
  isValueOmitted: letter.headers[HEADERS.deadLetterValueOmitted] !== undefined,
  headers: shownHeaders(letter.headers),
});

export const consumerItem =
  (clock: Clock) =>
  ({ position, endOffset, lag, movedMsAgo, ...report }: PartitionReport): z.infer<typeof consumerView> => ({
    ...report,
    position: position === null ? null : String(position),
    endOffset: String(endOffset),
    lag: lag === null ? null : Number(lag),
    lastProgressAt: movedMsAgo === null ? null : clock.now() - movedMsAgo,
  });

export const outboxItem = (name: string, backlog: OutboxBacklog): z.infer<typeof outboxView> => ({
  name,
  waiting: backlog.unpublished,
  oldestAt: backlog.oldestCreatedAt,
  setAside: backlog.setAside,
});
