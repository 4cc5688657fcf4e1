import type { z } from 'zod';
import { HttpProblem } from './problem.ts';

/** Parses a part of a request; a problem 400 names each field that is wrong, never its value. */
export const validate = <Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> => {
  const parsed = schema.safeParse(value, { reportInput: false });
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => ({
    field: issue.path.join('.') || '(body)',
    message: issue.message,
  }));
  const names = [...new Set(fields.map(({ field }) => field))].join(', ');
  throw new HttpProblem(400, 'invalid_request', `these fields are missing or wrong: ${names}`, { fields });
};
