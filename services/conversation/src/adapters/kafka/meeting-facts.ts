import { storableText } from '@tiktok-channel/platform/kernel';
import type { ReactionChanged, ReferralReceived, ReferralSource } from '@tiktok-channel/schemas';
import type { ReactionFact } from '../../domain/reaction.ts';
import { type ReferralFact, referralHistoryBits } from '../../domain/referral.ts';

export const reactionFact = (record: ReactionChanged): ReactionFact => ({
  channelId: storableText(record.channelId),
  conversationId: storableText(record.conversationId),
  messageId: storableText(record.messageId),
  personId: storableText(record.person.userId ?? ''),
  reaction: storableText(record.emoji ?? record.emojiUrl ?? ''),
  isPicture: record.emoji === null,
  changedAt: record.occurredAt,
  isRemoved: record.operation === 'REMOVED',
});

const SOURCES: Readonly<Record<ReferralSource, ReferralFact['source']>> = {
  AD: 'ad',
  LINK: 'link',
  UNKNOWN: 'unknown',
};

export const referralFact = (record: ReferralReceived): ReferralFact => {
  const { ad, link } = record;
  const occurredAt = ad?.clickedAt ?? record.occurredAt;
  const fact: ReferralFact = {
    channelId: storableText(record.channelId),
    conversationId: storableText(record.conversationId),
    source: SOURCES[record.source],
    reference: storableText(ad?.adId ?? link?.reference ?? ''),
    occurredAtSecond: Math.floor(occurredAt / 1_000),
    occurredAt,
    tiktokSource: optional(record.tiktokSource),
    adName: optional(ad?.adName),
    advertiserId: optional(ad?.advertiserId),
    embedUrl: optional(ad?.embedUrl),
    materialId: optional(ad?.materialId),
    prefilledMessage: optional(link?.prefilledMessage),
    fromHistory: 0,
  };
  return record.origin === 'WEBHOOK' ? fact : { ...fact, fromHistory: referralHistoryBits(fact) };
};

const optional = (text: string | null | undefined): string | null => (text == null ? null : storableText(text));
