import { z } from 'zod';
import type { LogRange } from '../kafka/index.ts';
import type { DeadLetterSummary } from './dead-letter.ts';
import type { LetterBox } from './letter-box.ts';
import { newestFirst, type Stretch } from './newest-first.ts';

/** By partition, up to where the next page goes. */
export type LetterCursor = ReadonlyMap<number, bigint>;

interface LetterPage {
  readonly letters: readonly DeadLetterSummary[];
  /** When each was given back, by its id. */
  readonly redrivenAt: ReadonlyMap<string, number>;
  readonly next: LetterCursor | null;
}

/** How many are looked at for one page: a reason that hardly any has makes short pages, and no long wait. */
const LOOKED_AT_MOST = 2_000;

export const createListDeadLetters =
  (letterBox: LetterBox) =>
  async ({
    limit,
    cursor,
    reason,
  }: {
    readonly limit: number;
    readonly cursor: LetterCursor | null;
    readonly reason: string | undefined;
  }): Promise<LetterPage> => {
    const stretches = stretchesOf(await letterBox.ranges(), cursor);
    const { letters, ends, isAll } = await takePage(newestFirst(stretches, letterBox.summaries), { limit, reason });
    const next = new Map(stretches.map(({ partition, end }) => [partition, ends.get(partition) ?? end]));
    return { letters, redrivenAt: await letterBox.redrivenAt(letters), next: isAll ? null : next };
  };

const takePage = async (
  listed: AsyncGenerator<DeadLetterSummary>,
  { limit, reason }: { readonly limit: number; readonly reason: string | undefined },
) => {
  const letters: DeadLetterSummary[] = [];
  /** By partition, the last one that was looked at. */
  const ends = new Map<number, bigint>();
  let lookedAt = 0;
  for await (const letter of listed) {
    if (letters.length >= limit || lookedAt >= LOOKED_AT_MOST) return { letters, ends, isAll: false };
    lookedAt += 1;
    ends.set(letter.partition, letter.offset);
    if (reason === undefined || letter.reason === reason) letters.push(letter);
  }
  return { letters, ends, isAll: true };
};

/** What came after the first page does not move the ones after it. */
const stretchesOf = (ranges: ReadonlyMap<number, LogRange>, cursor: LetterCursor | null): readonly Stretch[] =>
  Array.from(ranges, ([partition, { low, high }]) => {
    const end = cursor === null ? high : (cursor.get(partition) ?? low);
    return { partition, low, end: [end, high].reduce(lesser) };
  });

const lesser = (one: bigint, other: bigint): bigint => (one < other ? one : other);

export const cursorText = (cursor: LetterCursor): string =>
  Buffer.from(JSON.stringify(Array.from(cursor, ([partition, end]) => [partition, String(end)]))).toString('base64url');

const cursorSchema = z.array(
  z.tuple([z.number().int().min(0), z.string().regex(/^\d{1,18}$/)]).transform(([p, end]) => [p, BigInt(end)] as const),
);

/** A query's text; a problem names the field when it is no cursor of this list. */
export const cursorQuery = z
  .string()
  .max(4_000)
  .transform((text, context): LetterCursor => {
    const parsed = cursorSchema.safeParse(jsonOrNull(Buffer.from(text, 'base64url').toString('utf8')));
    if (parsed.success) return new Map(parsed.data);
    context.addIssue({ code: 'custom', message: 'is not a cursor that this list gave' });
    return z.NEVER;
  });

const jsonOrNull = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Not of ours; the schema refuses null.
    return null;
  }
};
