import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failureCatalogue } from '@tiktok-channel/platform/reply-rules';
import { type Topic, topics } from '@tiktok-channel/schemas';

/** The page for teams that subscribe. */
export const subscriberPage = (): string => readFileSync(join(SCHEMAS, 'README.md'), 'utf8');

export const SCHEMAS = join(import.meta.dirname, '..', '..', 'schemas');

export interface CodeBlock {
  /** `ts`, `python`, `sh`. */
  readonly language: string;
  /** Where a reader would save it. */
  readonly file: string | null;
  readonly text: string;
}

/** The fenced code of a page, as it stands. */
export const codeBlocks = (page: string): readonly CodeBlock[] =>
  [...page.matchAll(/^```(\w+)(?: file=(\S+))?\n(.*?)^```$/gms)].map(([, language = '', file, text = '']) => ({
    language,
    file: file ?? null,
    text,
  }));

/** A Markdown table with columns as wide as their widest cell. */
const table = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => [...(row[column] ?? '')].length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
};

export const topicTable = (): string =>
  table([
    ['Topic', 'Key', 'Kept', 'Records', 'Written by'],
    ...Object.values<Topic>(topics).map((topic) => [
      `\`${topic.name}\``,
      topic.key,
      kept(topic),
      topic.records.map((record) => `\`${record}\``).join(', ') || recordsOf(topic),
      topic.owner,
    ]),
  ]);

const recordsOf = ({ name }: Topic): string =>
  name.endsWith('.redrive.v1') ? 'dead letters that operators gave back' : 'dead letters: the bytes as they were';

const kept = ({ cleanup, retentionDays }: Topic): string => {
  if (cleanup === 'compact') return 'compacted';
  return retentionDays === null ? 'for ever by default' : `${retentionDays} days`;
};

export const failureTable = (): string =>
  table([
    ['Code', 'Retryable', 'What happened', 'What to do'],
    ...Object.entries(failureCatalogue).map(([code, { retryable, sentence, advice }]) => [
      `\`${code}\``,
      retryable ? 'yes' : 'no',
      sentence,
      advice,
    ]),
  ]);

/** murmur2 of keys as Kafka's own tests have it (`UtilsTest.testMurmur2` of its Java client). */
const JAVA_MURMUR2: readonly (readonly [key: string, hash: number])[] = [
  ['21', -973_932_308],
  ['foobar', -790_332_482],
  ['a-little-bit-long-string', -985_981_536],
  ['a-little-bit-longer-string', -1_486_304_829],
  ['abc', 479_470_107],
];

const POSITIVE = 0x7fffffff;
const PARTITIONS = topics.replyCommands.partitions;

/** The partition that Java's client chooses for each key. */
export const javaPartitions = new Map(JAVA_MURMUR2.map(([key, hash]) => [key, (hash & POSITIVE) % PARTITIONS]));

export const partitionTable = (): string =>
  table([['Key', 'Partition'], ...[...javaPartitions].map(([key, partition]) => [`\`${key}\``, String(partition)])]);
