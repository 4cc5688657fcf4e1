import { storableText } from '@tiktok-channel/platform/kernel';
import { z } from 'zod';
import type { ConversationKey, ListedContent, Sighting } from '../../application/ports.ts';
import { type EchoContent, echoFingerprint } from '../../domain/echo.ts';

/** Only what the fact sheet calls certain is required (section 5). */
export const contentList = z.object({
  participants: z
    .array(z.object({ role: z.string().optional(), is_follower: z.boolean().optional() }).loose())
    .default([]),
  messages: z
    .array(
      z.object({
        message_id: z.string().min(1),
        timestamp: z.number(),
        message_type: z.string(),
        from_user: z.object({ id: z.string() }),
        message_tag: z.object({ source: z.string() }).optional(),
        auto_message_type: z.string().optional(),
        text: z.object({ body: z.string() }).optional(),
        share_post: z.object({ video_id: z.string().optional(), embed_url: z.string().optional() }).optional(),
        template: z
          .object({
            type: z.string(),
            title: z.string().default(''),
            buttons: z.array(z.object({ title: z.string().optional(), text: z.string().optional() })).default([]),
          })
          .optional(),
      }),
    )
    .default([]),
});

type List = z.infer<typeof contentList>;
type Message = List['messages'][number];

/** Source: the 20 most recent messages, no paging (fact sheet, section 5). */
const LISTED_MESSAGES = 20;

export const listedContent = (key: ConversationKey, { participants, messages }: List): ListedContent => {
  const times = messages.map(({ timestamp }) => timestamp);
  return {
    sightings: messages.map((message) => sightingOf(key, message)),
    newestMessageAtMs: Math.max(0, ...times),
    oldestMessageAtMs: times.length === 0 ? null : Math.min(...times),
    isWhole: messages.length < LISTED_MESSAGES,
    isFollower: participants.find(({ role }) => role === 'PERSONAL_ACCOUNT')?.is_follower ?? null,
  };
};

const sightingOf = ({ channelId, conversationId }: ConversationKey, message: Message): Sighting => {
  const key = { channelId, conversationId };
  const seen = {
    ...key,
    messageId: storableText(message.message_id),
    sentAtMs: message.timestamp,
    isQuotable: QUOTABLE.has(message.message_type),
  };
  const conversation = { ...key, newestMessageAtMs: message.timestamp, readUpToMs: null, isFollower: null };
  if (message.from_user.id !== channelId) return { conversation, received: seen, echo: null };
  const content = contentOf(message);
  return {
    conversation,
    received: null,
    echo: {
      ...seen,
      source: SOURCES.has(message.message_tag?.source ?? '') ? (message.message_tag?.source ?? 'UNKNOWN') : 'UNKNOWN',
      fingerprint: content === null ? null : echoFingerprint(content),
      isAutomatic: message.auto_message_type !== undefined,
      traceparent: null,
    },
  };
};

const QUOTABLE: ReadonlySet<string> = new Set(['TEXT', 'IMAGE', 'SHARE_POST']);

/** Anything else is a source that is not named. */
const SOURCES: ReadonlySet<string> = new Set(['APP', 'WEB', 'API', 'OTHERS']);

const contentOf = ({ message_type, text, share_post, template }: Message): EchoContent | null => {
  switch (message_type) {
    case 'TEXT':
      return text === undefined ? null : { kind: 'text', text: storableText(text.body) };
    case 'IMAGE':
      return { kind: 'image' };
    case 'SHARE_POST': {
      const itemId = share_post?.video_id ?? videoIdOf(share_post?.embed_url);
      return itemId === undefined ? null : { kind: 'sharedPost', itemId: storableText(itemId) };
    }
    case 'TEMPLATE': {
      if (template === undefined) return null;
      const buttons = template.buttons.map(({ title, text: label }) => ({ title: storableText(title ?? label ?? '') }));
      return { kind: 'template', card: { type: template.type, title: storableText(template.title), buttons } };
    }
    default:
      return null;
  }
};

/** The list has the embed address only, whose last part is the post's id. */
const videoIdOf = (embedUrl: string | undefined): string | undefined => embedUrl?.match(/\/(\d+)\/?(?:\?.*)?$/)?.[1];
