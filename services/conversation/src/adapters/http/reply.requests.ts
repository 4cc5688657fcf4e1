import { storableText } from '@tiktok-channel/platform/kernel';
import { z } from 'zod';
import type { ReplyAttachment, ReplyContent } from '../../domain/reply-command.ts';

const key = z.string().regex(/^[\x21-\x7e]{1,200}$/, 'needs 1 to 200 visible characters');

export const neededKey = z.object({ 'idempotency-key': key });
export const optionalKey = z.object({ 'idempotency-key': key.optional() });

/** Far above what TikTok takes (6000): a longer text is refused with its reason. */
const LONGEST_TEXT = 100_000;
const MOST_ATTACHMENTS = 10;
/** The end of the year 9999: readers in other languages (Python's `datetime`) cannot read a record with a later time. */
const LATEST_TIME = 253_402_300_799_999;

const text = z.string().max(LONGEST_TEXT).overwrite(storableText);
const id = z.string().min(1).max(1_000).overwrite(storableText);
const label = z.string().min(1).max(1_000).overwrite(storableText);

const template = z.strictObject({
  type: z.enum(['QA_BUTTON_CARD', 'QA_LINK_CARD']),
  title: label,
  buttons: z
    .array(z.strictObject({ buttonId: z.string().max(1_000).overwrite(storableText), title: label }))
    .max(MOST_ATTACHMENTS),
});

const attachment = z.union([
  z.strictObject({ kind: z.literal('image'), mediaId: id }),
  z.strictObject({ kind: z.literal('image'), url: z.url({ protocol: /^https$/ }) }),
  z.strictObject({ kind: z.literal('video'), url: z.url({ protocol: /^https$/ }) }),
  z.strictObject({ kind: z.literal('shared_post'), itemId: id }),
  z.strictObject({ kind: z.literal('template'), template }),
]);

export const replyBody = z
  .strictObject({
    text: text.nullish(),
    mediaId: id.nullish(),
    attachments: z.array(attachment).max(MOST_ATTACHMENTS).nullish(),
    quotedMessageId: id.nullish(),
    /** Epoch milliseconds. */
    expiresAt: z.int().positive().max(LATEST_TIME).nullish(),
  })
  .refine((reply) => Boolean(reply.text) || Boolean(reply.mediaId) || (reply.attachments ?? []).length > 0, {
    path: ['text'],
    message: 'a reply needs a text, a mediaId or an attachment',
  });

export const readBody = z.strictObject({ readUpTo: z.int().min(0).max(LATEST_TIME).nullish() });

export const contentOf = (reply: z.infer<typeof replyBody>): ReplyContent => {
  const image: readonly ReplyAttachment[] = reply.mediaId == null ? [] : [{ kind: 'image', mediaId: reply.mediaId }];
  return {
    text: reply.text || null,
    attachments: [...image, ...(reply.attachments ?? [])],
    quotedMessageId: reply.quotedMessageId ?? null,
    expiresAt: reply.expiresAt ?? null,
  };
};
