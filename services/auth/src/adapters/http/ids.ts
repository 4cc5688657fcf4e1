import { z } from 'zod';

/** PostgreSQL's text holds no U+0000, so nothing has such an id. */
export const isStorable = (id: string): boolean => !id.includes('\0');

/** Why somebody acts, in their words; it stands in the audit. */
export const reasonText = z.string().trim().min(1).max(500).refine(isStorable, 'holds a character that no text has');
