import { failureCodes } from '@tiktok-channel/platform/reply-rules';
import { z } from 'zod';
import { MEDIA_FAILURES, type MediaFailure } from '../../domain/media.ts';
import { REPLY_STATUSES } from '../../domain/reply.ts';

/** What the API answers. The OpenAPI document is written from these, and tests hold real answers against them. */
const time = z.int().meta({ description: 'Epoch milliseconds.' });
const cursor = z.string().meta({ description: 'Opaque: the place of the last item.' });
const text = z.string();

const mediaUrl = text.meta({
  description: 'Needs no token, so that a page can show it; good for five minutes at most. Ask anew for another.',
});

const delay = z.strictObject({ reason: text, until: time.nullable() }).meta({ id: 'Delay' });
const failure = z
  .strictObject({
    code: text.meta({ description: 'Stable word to branch on.', examples: [...failureCodes] }),
    retryable: z.boolean(),
    message: text.meta({ description: 'A sentence for people.' }),
    advice: text.nullable(),
    nextAllowedAt: time.nullable(),
    tiktok: z.strictObject({ code: z.int().nullable(), requestId: text.nullable() }).nullable(),
  })
  .meta({ id: 'Failure' });

const status = z.enum(REPLY_STATUSES).meta({ id: 'ReplyStatus' });
const isSettled = z.boolean().nullable().meta({
  description:
    'Set while the status is unknown. False: it is still being looked for at TikTok. True: nothing more is tried, and a person may send it again.',
});

const media = z
  .strictObject({
    mediaId: text,
    state: z.enum(['pending', 'stored', 'expired', 'failed']).meta({
      description: 'Expired: TikTok has it no more. Failed: TikTok does not give it, or it cannot be shown.',
    }),
    url: mediaUrl.nullable().meta({ description: 'Once it is stored.' }),
    failure: z
      .strictObject({
        code: z.enum(Object.keys(MEDIA_FAILURES) as [MediaFailure, ...MediaFailure[]]),
        message: text.meta({ description: 'A sentence for people.' }),
      })
      .nullable()
      .meta({ description: 'Why it is expired or failed.' }),
  })
  .meta({ id: 'Media' });

const template = z
  .strictObject({
    type: text,
    cards: z.array(
      z.strictObject({
        title: text.nullable(),
        buttons: z.array(z.strictObject({ buttonId: text.nullable(), label: text.nullable() })),
      }),
    ),
  })
  .meta({ id: 'Template' });

const content = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('text'), text: text.nullable() }),
    z.strictObject({ kind: z.literal('image'), media: media.nullable() }),
    z.strictObject({ kind: z.literal('video'), media: media.nullable() }),
    z.strictObject({ kind: z.literal('shared_post'), videoId: text.nullable(), embedUrl: text.nullable() }),
    z.strictObject({ kind: z.literal('sticker'), pictureUrl: text.nullable() }),
    z.strictObject({ kind: z.literal('emoji'), pictureUrl: text.nullable() }),
    z.strictObject({ kind: z.literal('template'), template: template.nullable() }),
    z.strictObject({ kind: z.literal('unsupported'), tiktokType: text.nullable() }),
  ])
  .meta({ id: 'Content' });

export const messageResponse = z
  .strictObject({
    messageId: text.nullable().meta({ description: "TikTok's; null for a reply that has none yet." }),
    replyId: text.nullable(),
    conversationId: text,
    direction: z.enum(['incoming', 'outgoing']),
    source: text,
    origin: z.enum(['webhook', 'history']).nullable().meta({
      description: 'History: an import brought it, and no webhook has. Null for a reply that has no message yet.',
    }),
    automatic: text.nullable(),
    content,
    quotedMessageId: text.nullable(),
    buttonTap: z.strictObject({ messageId: text, buttonId: text.nullable() }).nullable(),
    reactions: z.array(
      z.strictObject({
        emoji: text.nullable(),
        emojiUrl: text.nullable(),
        by: z.enum(['customer', 'business']),
        at: time,
      }),
    ),
    sentAt: time,
    status: status.nullable().meta({ description: 'Null for what the customer sent.' }),
    delay: delay.nullable(),
    isSettled,
    failure: failure.nullable(),
  })
  .meta({ id: 'Message' });

export const conversationResponse = z
  .strictObject({
    conversationId: text,
    channelId: text,
    customer: z.strictObject({
      userId: text.nullable(),
      username: text.nullable(),
      displayName: text.nullable(),
      avatarUrl: mediaUrl.nullable(),
      profileUrl: text.nullable(),
      isFollower: z.boolean().nullable(),
    }),
    lastMessage: messageResponse,
    referrals: z.array(
      z.strictObject({
        source: z.enum(['ad', 'link', 'unknown']),
        reference: text.nullable(),
        adName: text.nullable(),
        embedUrl: text.nullable(),
        prefilledMessage: text.nullable(),
        at: time,
      }),
    ),
    unreadCount: z.int().meta({ description: 'For the caller; counted no further than 100.' }),
    replyWindow: z.strictObject({
      rule: text,
      certain: z.boolean(),
      closesAt: time.nullable(),
      remaining: z.int().nullable().meta({ description: 'Null is any number.' }),
    }),
    updatedAt: time.meta({
      description:
        'When its newest message of TikTok was sent, epoch milliseconds: its place in the list. A reply behind it that waits or failed is `lastMessage`, and moves it nowhere.',
    }),
  })
  .meta({ id: 'Conversation' });

export const replyResponse = z
  .strictObject({
    replyId: text,
    conversationId: text,
    status,
    attempts: z.int(),
    messageId: text.nullable(),
    delay: delay.nullable(),
    isSettled,
    failure: failure.nullable(),
    retryOf: text.nullable(),
  })
  .meta({ id: 'Reply' });

const noticeResponse = z
  .strictObject({ kind: z.literal('european_message'), channelId: text, sentAt: time })
  .meta({ id: 'Notice' });

const listOf = (item: z.ZodType, id: string) =>
  z
    .strictObject({
      items: z.array(item),
      nextCursor: cursor.nullable(),
      eventCursor: text.meta({ description: 'What changes after this answer comes behind it in GET /v1/events.' }),
    })
    .meta({ id });

export const conversationList = listOf(conversationResponse, 'ConversationList');
export const messageList = listOf(messageResponse, 'MessageList');
export const noticeList = listOf(noticeResponse, 'NoticeList');

export const uploadResponse = z
  .strictObject({ mediaId: text, contentType: text, sizeBytes: z.int(), url: mediaUrl })
  .meta({ id: 'Upload' });

export const readResponse = z.strictObject({ conversationId: text, readUpTo: time }).meta({ id: 'ReadMark' });

export const typingResponse = z.strictObject({}).meta({ id: 'Typing' });

export const problemResponse = z
  .object({
    type: text,
    title: text,
    status: z.int(),
    code: text.meta({ description: 'Stable snake_case word to branch on.' }),
    detail: text,
    requestId: text.optional(),
    errors: z.array(z.strictObject({ field: text, message: text })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457.' });
