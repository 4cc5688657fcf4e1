import type { z } from 'zod';
import { OperatorFailure } from '../../domain/failure.ts';
import type { OperatorApi, OperatorCall } from './operator-api.client.ts';

/** A call whose answer is of the shape that this version knows. */
export const createAsk =
  (api: Pick<OperatorApi, 'call'>) =>
  async <Schema extends z.ZodType>(schema: Schema, call: OperatorCall): Promise<z.infer<Schema>> => {
    const parsed = schema.safeParse(await api.call(call));
    if (parsed.success) return parsed.data;
    throw new OperatorFailure(
      `what answers as ${call.service} is not of this version`,
      'use the command line of the version that runs',
    );
  };

export const queryOf = (fields: Readonly<Record<string, string | null | undefined>>): string =>
  new URLSearchParams(
    Object.entries(fields).filter((field): field is [string, string] => typeof field[1] === 'string'),
  ).toString();
