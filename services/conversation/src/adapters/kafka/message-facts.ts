import { storableText } from '@tiktok-channel/platform/kernel';
import type { ContentKind as AvroContentKind, MessageEchoed, MessageReceived } from '@tiktok-channel/schemas';
import { type ContentKind, type Direction, historyBits, type MessageFact } from '../../domain/message.ts';

/** A kind that the writer did not know counts as absent: another record of the message may know it. */
const KINDS: Readonly<Record<AvroContentKind, ContentKind | null>> = {
  TEXT: 'text',
  IMAGE: 'image',
  SHARED_POST: 'shared_post',
  VIDEO: 'video',
  STICKER: 'sticker',
  EMOJI: 'emoji',
  TEMPLATE: 'template',
  UNSUPPORTED: null,
};

/** A person wrote to the business (`incoming`), or TikTok echoed what the business sent (`outgoing`). */
export const messageFact = (direction: Direction, record: MessageReceived | MessageEchoed): MessageFact => {
  const { content, buttonTap } = record;
  const customer = direction === 'incoming' ? record.sender : record.recipient;
  const fact: MessageFact = {
    channelId: storableText(record.channelId),
    conversationId: storableText(record.conversationId),
    messageId: storableText(record.messageId),
    sentAt: record.sentAt,
    direction,
    customerId: optional(customer.userId),
    customerUsername: optional(customer.username),
    isFollower: record.isFollower,
    kind: content && KINDS[content.kind],
    tiktokType: optional(content?.tiktokType),
    body: optional(content?.text?.body),
    tiktokMediaId: optional(content?.image?.mediaId ?? content?.video?.mediaId),
    videoId: optional(content?.sharedPost?.videoId),
    embedUrl: optional(content?.sharedPost?.embedUrl),
    quotedMessageId: optional(record.quotedMessageId),
    source: record.source === 'UNKNOWN' ? null : record.source.toLowerCase(),
    automaticType: optional(record.automaticMessageType),
    tapMessageId: optional(buttonTap?.messageId),
    tapButtonId: optional(buttonTap?.buttonId),
    logId: optional(record.logId),
    pictureUrl: optional(content?.sticker?.url ?? content?.emoji?.url),
    template: content?.template ? storableText(JSON.stringify(content.template)) : null,
    receivedAt: record.receivedAt,
    fromHistory: 0,
  };
  // An origin that this code does not know ranks with imports: a webhook's word is never lost to it.
  return record.origin === 'WEBHOOK' ? fact : { ...fact, fromHistory: historyBits(fact) };
};

const optional = (text: string | null | undefined): string | null => (text == null ? null : storableText(text));
