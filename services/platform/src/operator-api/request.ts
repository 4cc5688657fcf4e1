import { z } from 'zod';

/** Why somebody acts, in their words; it stands in the audit. PostgreSQL's text holds no U+0000. */
export const reasonText = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .refine((text) => !text.includes('\0'), 'holds a character that no text has');

/** What every act asks for; others add their fields to it. */
export const operatorBody = z.object({ reason: reasonText });
