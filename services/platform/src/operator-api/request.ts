import { z } from 'zod';
import { placeOf } from './dead-letter.ts';
import { cursorQuery } from './list-dead-letters.ts';

/** Why somebody acts, in their words; it stands in the audit. PostgreSQL's text holds no U+0000. */
export const reasonText = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .refine((text) => !text.includes('\0'), 'holds a character that no text has');

/** What every act asks for; others add their fields to it. */
export const operatorBody = z.object({ reason: reasonText });

const MOST_IDS = 100;
const DEFAULT_LIMIT = 50;
const MOST_LISTED = 100;

const place = z.string().transform((text, context) => {
  const parsed = placeOf(text);
  if (parsed !== null) return parsed;
  context.addIssue({ code: 'custom', message: 'is not of the form <partition>-<offset>' });
  return z.NEVER;
});

const reasonCode = z.string().min(1).max(100);

export const redriveBody = operatorBody
  .extend({
    ids: z.array(place).min(1).max(MOST_IDS).optional(),
    all: z.literal(true).optional(),
    matchingReason: reasonCode.optional().describe('With `all`: only those that were given up for this.'),
  })
  .refine(({ ids, all }) => (ids === undefined) !== (all === undefined), {
    path: ['ids'],
    message: 'takes either ids or all',
  });

export const listQuery = z.object({
  limit: z.coerce.number().int().min(1).max(MOST_LISTED).default(DEFAULT_LIMIT),
  cursor: cursorQuery.optional(),
  reason: reasonCode.optional(),
});
