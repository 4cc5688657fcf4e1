import { eventIds } from '@tiktok-channel/platform/kernel';
import { FULL_NAMES, type WebhookEvent } from './events.ts';
import type { Fields } from './fields.ts';
import type {
  AutoMessageAudit,
  AutoMessageConfiguration,
  EuropeanMessage,
  FlaggedComment,
  Message,
  Reaction,
  ReadMark,
  Referral,
  Removal,
  Unrecognized,
} from './records.ts';

/** What has been read, as events: each with its natural id, its key, what it is about, and when it happened. */

export const messageReceived = (record: Message): WebhookEvent => ({
  type: 'MessageReceived',
  id: eventIds.message(FULL_NAMES.MessageReceived, record.channelId, record.messageId),
  key: record.conversationId,
  subject: record.messageId,
  atMs: record.sentAt,
  record,
});

export const messageEchoed = (record: Message): WebhookEvent => ({
  type: 'MessageEchoed',
  id: eventIds.message(FULL_NAMES.MessageEchoed, record.channelId, record.messageId),
  key: record.conversationId,
  subject: record.messageId,
  atMs: record.sentAt,
  record,
});

export const reactionChanged = (record: Reaction): WebhookEvent => {
  const { channelId, messageId, person, emoji, emojiUrl, operation, occurredAt: atMs } = record;
  const personId = person.userId;
  const key = { messageId, personId, emoji, emojiUrl, operation, atMs };
  return {
    type: 'ReactionChanged',
    id: eventIds.reaction(FULL_NAMES.ReactionChanged, channelId, key),
    key: record.conversationId,
    subject: messageId,
    atMs,
    record,
  };
};

export const referralReceived = (record: Referral): WebhookEvent => {
  const { channelId, conversationId, ad, link, occurredAt } = record;
  const reference = ad?.adId ?? link?.reference ?? null;
  const key = { conversationId, reference, atMs: ad?.clickedAt ?? occurredAt };
  return {
    type: 'ReferralReceived',
    id: eventIds.referral(FULL_NAMES.ReferralReceived, channelId, key),
    key: conversationId,
    subject: conversationId,
    atMs: occurredAt,
    record,
  };
};

export const conversationRead = (record: ReadMark): WebhookEvent => ({
  type: 'ConversationRead',
  id: eventIds.readMark(FULL_NAMES.ConversationRead, record.channelId, record.conversationId, record.readUpTo),
  key: record.conversationId,
  subject: record.conversationId,
  atMs: record.occurredAt,
  record,
});

export const europeanMessageNoticed = (record: EuropeanMessage, content: Fields): WebhookEvent => ({
  type: 'EuropeanMessageNoticed',
  id: eventIds.notice(FULL_NAMES.EuropeanMessageNoticed, record.channelId, content),
  key: record.channelId,
  subject: record.channelId,
  atMs: record.sentAt,
  record,
});

export const autoMessageConfigured = (record: AutoMessageConfiguration, content: Fields): WebhookEvent => ({
  type: 'AutoMessageConfigured',
  id: eventIds.notice(FULL_NAMES.AutoMessageConfigured, record.channelId, content),
  key: record.channelId,
  subject: record.autoMessageId,
  atMs: record.occurredAt,
  record,
});

export const autoMessageAudited = (record: AutoMessageAudit, content: Fields): WebhookEvent => ({
  type: 'AutoMessageAudited',
  id: eventIds.notice(FULL_NAMES.AutoMessageAudited, record.channelId, content),
  key: record.channelId,
  subject: record.autoMessageId,
  atMs: record.occurredAt,
  record,
});

export const commentFlagged = (record: FlaggedComment, content: Fields): WebhookEvent => ({
  type: 'CommentFlagged',
  id: eventIds.notice(FULL_NAMES.CommentFlagged, record.channelId, content),
  key: record.channelId,
  subject: record.commentId,
  atMs: record.occurredAt,
  record,
});

export const authorizationRemoved = (record: Removal, content: Fields): WebhookEvent => ({
  type: 'AuthorizationRemoved',
  id: eventIds.authorizationRemoved(FULL_NAMES.AuthorizationRemoved, record.channelId, content, record.occurredAt),
  key: record.channelId,
  subject: record.channelId,
  atMs: record.occurredAt ?? record.receivedAt,
  record,
});

export const webhookUnrecognized = (record: Unrecognized): WebhookEvent => ({
  type: 'WebhookUnrecognized',
  id: eventIds.unrecognized(FULL_NAMES.WebhookUnrecognized, record.channelId, record.rawBody),
  key: record.channelId,
  subject: record.channelId,
  atMs: record.receivedAt,
  record,
});
