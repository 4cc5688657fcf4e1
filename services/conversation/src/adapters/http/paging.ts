import { HttpProblem } from '@tiktok-channel/platform/http-server';
import { z } from 'zod';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 100;

/** `limit` and `cursor` of every list. */
export const pagingQuery = {
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
  cursor: z.string().max(2_000).optional(),
} as const;

/** Cursors are opaque to callers: the place of the last item, so that what arrives meanwhile moves no page. */
export const encodeCursor = (parts: readonly (string | number)[] | null): string | null =>
  parts === null ? null : Buffer.from(JSON.stringify(parts)).toString('base64url');

export const decodeCursor = <Schema extends z.ZodType>(
  schema: Schema,
  cursor: string | undefined,
): z.infer<Schema> | null => {
  if (cursor === undefined) return null;
  const parsed = schema.safeParse(parseOrNull(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new HttpProblem(400, 'invalid_request', 'these fields are missing or wrong: cursor', {
    fields: [{ field: 'cursor', message: 'is not a cursor that this list gave' }],
  });
};

const parseOrNull = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Not of ours; the schema refuses null.
    return null;
  }
};
