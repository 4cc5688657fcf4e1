import { z } from 'zod';
import type { DeadLetter, Operations, ServiceName } from '../../application/operations.ts';
import { OperatorFailure } from '../../domain/failure.ts';
import type { OperatorApi, OperatorCall } from './operator-api.client.ts';

/** Everything that was given up is read and sent again. */
const REDRIVE_DEADLINE_MS = 10 * 60_000;
/** As many as an endpoint gives at once. */
const PAGE = 100;

const count = z.number().int();
const timeOrNull = count.nullable();
const text = z.string();
const textOrNull = text.nullable();

const deadLetter = z.object({
  id: text,
  recordType: textOrNull,
  reason: text,
  attempts: count,
  at: count,
  group: text,
  origin: z.object({ topic: text, partition: count.nullable(), offset: textOrNull, key: textOrNull }),
  redrivenAt: timeOrNull,
});

const deadLetterDetail = deadLetter.extend({
  sizeBytes: count,
  isValueOmitted: z.boolean(),
  headers: z.record(text, text),
});

const redriven = z.object({ redriven: count, skipped: z.record(text, count) });

const consumer = z.object({
  group: text,
  topic: text,
  partition: count,
  position: textOrNull,
  endOffset: text,
  lag: count.nullable(),
  lastProgressAt: timeOrNull,
  state: z.enum(['running', 'retrying', 'idle', 'elsewhere']),
  reason: textOrNull,
});

const outbox = z.object({ name: text, waiting: count, oldestAt: timeOrNull, setAside: count });

const lineage = z.object({
  channelId: text,
  conversationId: text,
  message: z
    .object({
      messageId: text,
      direction: text,
      kind: textOrNull,
      source: textOrNull,
      sentAt: count,
      receivedAt: count,
      logId: textOrNull,
    })
    .nullable(),
  reply: z
    .object({
      replyId: text,
      requestedAt: timeOrNull,
      retryOf: textOrNull,
      attempts: count,
      times: z.record(text, timeOrNull),
      failure: z.object({ code: text, tiktokCode: count.nullable(), tiktokRequestId: textOrNull }).nullable(),
    })
    .nullable(),
  status: textOrNull,
  records: z.array(
    z.object({ topic: text, partition: count, offset: text, at: count, type: textOrNull, eventId: textOrNull }),
  ),
  isSearchComplete: z.boolean(),
});

/** As the services serve them. */
export const createOperations = (api: Pick<OperatorApi, 'call'>): Operations => {
  const ask = async <Schema extends z.ZodType>(schema: Schema, call: OperatorCall): Promise<z.infer<Schema>> => {
    const parsed = schema.safeParse(await api.call(call));
    if (parsed.success) return parsed.data;
    throw new OperatorFailure(
      `what answers as ${call.service} is not of this version`,
      'use the command line of the version that runs',
    );
  };
  const listOf = async <Item extends z.ZodType>(item: Item, service: ServiceName, path: string) =>
    (await ask(z.object({ items: z.array(item) }), { service, method: 'GET', path })).items;

  return {
    async deadLetters(service, { limit, reason }) {
      const letters: DeadLetter[] = [];
      let cursor: string | null = null;
      do {
        const query: string = queryOf({ limit: String(Math.min(PAGE, limit - letters.length)), reason, cursor });
        const page: z.infer<typeof deadLetterPage> = await ask(deadLetterPage, {
          service,
          method: 'GET',
          path: `/dead-letters?${query}`,
        });
        letters.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== null && letters.length < limit);
      return { letters, hasMore: cursor !== null };
    },
    deadLetter: (service, id) =>
      ask(deadLetterDetail, { service, method: 'GET', path: `/dead-letters/${encodeURIComponent(id)}` }),
    redrive: (service, body) =>
      ask(redriven, {
        service,
        method: 'POST',
        path: '/dead-letters/redrive',
        body,
        deadlineMs: REDRIVE_DEADLINE_MS,
      }),
    consumers: (service) => listOf(consumer, service, '/consumers'),
    outboxes: (service) => listOf(outbox, service, '/outbox'),
    lineage: (id, conversationId) =>
      ask(lineage, {
        service: 'conversation',
        method: 'GET',
        path: `/messages/${encodeURIComponent(id)}/lineage?${queryOf({ conversationId })}`,
      }),
  };
};

const deadLetterPage = z.object({ items: z.array(deadLetter), nextCursor: textOrNull });

const queryOf = (fields: Readonly<Record<string, string | null | undefined>>): string =>
  new URLSearchParams(
    Object.entries(fields).filter((field): field is [string, string] => typeof field[1] === 'string'),
  ).toString();
