import { z } from 'zod';
import type { Projections } from '../../application/ports.ts';
import { OperatorFailure } from '../../domain/failure.ts';
import type { OperatorApi, OperatorCall } from './operator-api.client.ts';

const PATH = '/projections';
/** Every row of both builds is read; conversation gives up then too, and signs of life come meanwhile. */
const COMPARISON_DEADLINE_MS = 60 * 60_000;
/** The served build stands still for five seconds at most, and statistics are made of the other one before. */
const SWITCH_DEADLINE_MS = 5 * 60_000;

const count = z.number().int();

const build = z.object({
  build: count,
  state: z.enum(['served', 'building', 'caught_up']),
  behind: count,
  leftOut: count,
  isTelling: z.boolean(),
  partitions: z.array(z.object({ topic: z.string(), partition: count, position: count, endOffset: count })),
});

const comparison = z.object({
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
          column: z.string().nullable(),
          rows: count,
        }),
      ),
    }),
  ),
  hasMore: z.boolean(),
});

/** As conversation serves them. */
export const createProjections = (api: Pick<OperatorApi, 'call'>): Projections => {
  const ask = async <Schema extends z.ZodType>(
    schema: Schema,
    call: Omit<OperatorCall, 'service'>,
  ): Promise<z.infer<Schema>> => {
    const parsed = schema.safeParse(await api.call({ service: 'conversation', ...call }));
    if (parsed.success) return parsed.data;
    throw new OperatorFailure(
      'what answers as conversation is not of this version',
      'use the command line of the version that runs',
    );
  };
  const at = (number: number, act = '') => `${PATH}/${number}${act}`;
  return {
    list: async () => (await ask(z.object({ items: z.array(build) }), { method: 'GET', path: PATH })).items,
    show: (number) => ask(build, { method: 'GET', path: at(number) }),
    rebuild: (reason) => ask(build, { method: 'POST', path: PATH, body: { reason } }),
    compare: (number, reason) =>
      ask(comparison, {
        method: 'POST',
        path: at(number, '/compare'),
        body: { reason },
        deadlineMs: COMPARISON_DEADLINE_MS,
      }),
    switchTo: (number, reason) =>
      ask(build, { method: 'POST', path: at(number, '/switch'), body: { reason }, deadlineMs: SWITCH_DEADLINE_MS }),
    drop: async (number, reason) => {
      await ask(z.unknown(), { method: 'DELETE', path: at(number), body: { reason } });
    },
  };
};
