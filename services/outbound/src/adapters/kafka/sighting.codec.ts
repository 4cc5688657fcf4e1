import { type Decoded, decodeWith } from '@tiktok-channel/platform/kafka';
import { storableText } from '@tiktok-channel/platform/kernel';
import type { Codec, ConversationRead, MessageContent, MessageEchoed, MessageReceived } from '@tiktok-channel/schemas';
import type { ConversationSighting, EchoSighting, MessageSighting, Sighting } from '../../application/ports.ts';
import { type EchoContent, echoFingerprint } from '../../domain/echo.ts';

/** What a record of the message or status topic says about a conversation; other records are not for this service. */
export const createSightingDecoder = (codec: Pick<Codec, 'decode'>) =>
  decodeWith(
    () => codec,
    (decoded, { headers }): Decoded<Sighting> => {
      switch (decoded.name) {
        case 'MessageReceived': {
          const conversation = { ...sightingOf(decoded.value), isFollower: decoded.value.isFollower };
          return { kind: 'record', value: { conversation, received: messageOf(decoded.value), echo: null } };
        }
        case 'MessageEchoed':
          return {
            kind: 'record',
            value: {
              conversation: sightingOf(decoded.value),
              received: null,
              echo: echoOf(decoded.value, headers.traceparent ?? null),
            },
          };
        case 'ConversationRead':
          return { kind: 'record', value: { conversation: readOf(decoded.value), received: null, echo: null } };
        default:
          return { kind: 'skip', reason: 'not_for_outbound' };
      }
    },
  );

const sightingOf = ({ channelId, conversationId, sentAt }: MessageReceived | MessageEchoed): ConversationSighting => ({
  channelId: storableText(channelId),
  conversationId: storableText(conversationId),
  newestMessageAtMs: sentAt,
  readUpToMs: null,
  isFollower: null,
});

/** A read mark is the time of a message. */
const readOf = ({ channelId, conversationId, readUpTo }: ConversationRead): ConversationSighting => ({
  channelId: storableText(channelId),
  conversationId: storableText(conversationId),
  newestMessageAtMs: readUpTo,
  readUpToMs: readUpTo,
  isFollower: null,
});

const messageOf = (message: MessageReceived | MessageEchoed): MessageSighting => ({
  channelId: storableText(message.channelId),
  conversationId: storableText(message.conversationId),
  messageId: storableText(message.messageId),
  sentAtMs: message.sentAt,
  isQuotable: QUOTABLE.has(message.content?.kind ?? ''),
});

/** Source: a quoted message must be one of these (fact sheet, section 7). */
const QUOTABLE: ReadonlySet<string> = new Set(['TEXT', 'IMAGE', 'SHARED_POST']);

const echoOf = (echo: MessageEchoed, traceparent: string | null): EchoSighting => {
  const content = contentOf(echo.content);
  return {
    ...messageOf(echo),
    source: echo.source,
    fingerprint: content === null ? null : echoFingerprint(content),
    isAutomatic: echo.automaticMessageType !== null,
    traceparent: traceparent === null ? null : storableText(traceparent),
  };
};

const contentOf = (content: MessageContent | null): EchoContent | null => {
  if (content?.text?.body) return { kind: 'text', text: storableText(content.text.body) };
  if (content?.image) return { kind: 'image' };
  if (content?.sharedPost?.videoId) return { kind: 'sharedPost', itemId: storableText(content.sharedPost.videoId) };
  return content?.template ? cardOf(content.template) : null;
};

/** A reply has one card. */
const cardOf = ({ type, cards }: NonNullable<MessageContent['template']>): EchoContent | null => {
  const [card] = cards;
  if (card === undefined || cards.length > 1) return null;
  const buttons = card.buttons.map(({ label }) => ({ title: storableText(label ?? '') }));
  return { kind: 'template', card: { type, title: storableText(card.title ?? ''), buttons } };
};
