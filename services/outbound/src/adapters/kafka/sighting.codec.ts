import type { Decoded, IncomingRecord } from '@tiktok-channel/platform/kafka';
import { storableText } from '@tiktok-channel/platform/kernel';
import type { Codec, ConversationRead, MessageContent, MessageEchoed, MessageReceived } from '@tiktok-channel/schemas';
import type { Sighting } from '../../application/ports.ts';
import { type EchoContent, echoFingerprint } from '../../domain/echo.ts';
import { decodeWith } from './reply-command.codec.ts';

/** What a record of the message or status topic says about a conversation; other records are not for this service. */
export const createSightingDecoder = (codec: Pick<Codec, 'decode'>) => (record: IncomingRecord) =>
  decodeWith<Sighting>(codec, record, (decoded): Decoded<Sighting> => {
    switch (decoded.name) {
      case 'MessageReceived':
        return { kind: 'record', value: { conversation: sightingOf(decoded.value), echo: null } };
      case 'MessageEchoed':
        return { kind: 'record', value: { conversation: sightingOf(decoded.value), echo: echoOf(decoded.value) } };
      case 'ConversationRead':
        return { kind: 'record', value: { conversation: readOf(decoded.value), echo: null } };
      default:
        return { kind: 'skip', reason: 'not_for_outbound' };
    }
  });

const sightingOf = ({ channelId, conversationId, sentAt }: MessageReceived | MessageEchoed) => ({
  channelId: storableText(channelId),
  conversationId: storableText(conversationId),
  newestMessageAtMs: sentAt,
  readUpToMs: null,
});

/** A read mark is the time of a message. */
const readOf = ({ channelId, conversationId, readUpTo }: ConversationRead) => ({
  channelId: storableText(channelId),
  conversationId: storableText(conversationId),
  newestMessageAtMs: readUpTo,
  readUpToMs: readUpTo,
});

const echoOf = (echo: MessageEchoed): NonNullable<Sighting['echo']> => {
  const content = contentOf(echo.content);
  return {
    channelId: storableText(echo.channelId),
    conversationId: storableText(echo.conversationId),
    messageId: storableText(echo.messageId),
    source: echo.source,
    fingerprint: content === null ? null : echoFingerprint(content),
    sentAtMs: echo.sentAt,
  };
};

const contentOf = (content: MessageContent | null): EchoContent | null => {
  if (content?.text?.body) return { kind: 'text', text: storableText(content.text.body) };
  if (content?.image) return { kind: 'image' };
  return content?.sharedPost?.videoId ? { kind: 'sharedPost', itemId: storableText(content.sharedPost.videoId) } : null;
};
