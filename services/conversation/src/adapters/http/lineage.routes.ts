import { notFound, onlyMethods, validate } from '@tiktok-channel/platform/http-server';
import type { Express, RequestHandler } from 'express';
import { z } from 'zod';
import type { FindLineage } from '../../application/find-lineage.ts';
import { idOf } from './paths.ts';

const LINEAGE = '/operator/v1/messages/:messageId/lineage';

const time = z.number().int().describe('Epoch milliseconds.');
const timeOrNull = time.nullable();

export const lineageQuery = z.object({
  conversationId: z.string().min(1).max(500).optional().describe('Finds a message at once among millions.'),
});

export const lineageView = z.object({
  channelId: z.string(),
  conversationId: z.string(),
  message: z
    .object({
      messageId: z.string(),
      direction: z.string(),
      kind: z.string().nullable(),
      source: z.string().nullable(),
      sentAt: time,
      receivedAt: time,
      logId: z.string().nullable().describe("TikTok's, of a delivery."),
    })
    .nullable()
    .describe('The row; of what the business sent it is the echo.'),
  reply: z
    .object({
      replyId: z.string(),
      requestedAt: timeOrNull.describe("When it was asked for over conversation's API; null when a topic brought it."),
      retryOf: z.string().nullable(),
      attempts: z.number().int().describe('By its statuses; each attempt stands in outbound.'),
      times: z.object({
        queuedAt: timeOrNull,
        delayedAt: timeOrNull,
        unknownAt: timeOrNull,
        settledAt: timeOrNull,
        failedAt: timeOrNull,
        cancelledAt: timeOrNull,
        sentAt: timeOrNull,
        deliveredAt: timeOrNull,
        readAt: timeOrNull,
      }),
      failure: z
        .object({ code: z.string(), tiktokCode: z.number().int().nullable(), tiktokRequestId: z.string().nullable() })
        .nullable(),
    })
    .nullable(),
  status: z.string().nullable(),
  records: z.array(
    z.object({
      topic: z.string(),
      partition: z.number().int(),
      offset: z.string(),
      at: time,
      type: z.string().nullable(),
      eventId: z.string().nullable(),
    }),
  ),
  isSearchComplete: z.boolean().describe('False when a topic holds more around that time than was looked through.'),
});

/** Where a message stands in each step of its way; the id may be a reply's, which is all that one has that was never sent. */
export const mountLineage = (
  app: Express,
  { operator, findLineage }: { readonly operator: RequestHandler; readonly findLineage: FindLineage },
): void => {
  app.get(LINEAGE, operator, async (request, response) => {
    const { conversationId } = validate(lineageQuery, request.query);
    const lineage = await findLineage(
      idOf(request.params.messageId),
      conversationId === undefined ? null : idOf(conversationId),
    );
    if (lineage === null) throw notFound('a message or reply with this id');
    response.json({ ...lineage, records: [...lineage.records] } satisfies z.infer<typeof lineageView>);
  });
  app.all(LINEAGE, onlyMethods('GET'));
};
