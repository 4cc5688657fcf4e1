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
  UnrecognizedReason,
} from './records.ts';

/** The facts that ingress publishes. */
export type WebhookEvent =
  | Fact<'MessageReceived', Message>
  | Fact<'MessageEchoed', Message>
  | Fact<'ReactionChanged', Reaction>
  | Fact<'ReferralReceived', Referral>
  | Fact<'ConversationRead', ReadMark>
  | Fact<'EuropeanMessageNoticed', EuropeanMessage>
  | Fact<'AutoMessageConfigured', AutoMessageConfiguration>
  | Fact<'AutoMessageAudited', AutoMessageAudit>
  | Fact<'CommentFlagged', FlaggedComment>
  | Fact<'AuthorizationRemoved', Removal>
  | Fact<'WebhookUnrecognized', Unrecognized>;

/** What one delivery states: one fact, or one for each of several reactions. All are of one type and of one channel. */
export type WebhookEvents = readonly [WebhookEvent, ...WebhookEvent[]];

interface Fact<Type extends keyof typeof FULL_NAMES, Record> {
  readonly type: Type;
  /** Natural: the same for a redelivery. */
  readonly id: string;
  /** Everything with one key is in one order; null only when not even the channel could be read. */
  readonly key: string | null;
  /** What it is about: a message, a conversation, a comment, an automatic message or a channel. */
  readonly subject: string | null;
  /** When it happened, epoch milliseconds. */
  readonly atMs: number;
  readonly record: Record;
}

/** What is worth telling of events once they have been encoded; it keeps nobody's words alive until the broker answers. */
export interface EventSummary {
  readonly type: WebhookEvent['type'];
  /** Of the first. */
  readonly id: string;
  readonly count: number;
  readonly channelId: string | null;
  /** Why it was not recognised; null for what was. */
  readonly unrecognized: UnrecognizedReason | null;
}

export const summaryOf = (events: WebhookEvents): EventSummary => {
  const [first] = events;
  return {
    type: first.type,
    id: first.id,
    count: events.length,
    channelId: first.record.channelId,
    unrecognized: first.type === 'WebhookUnrecognized' ? first.record.reason : null,
  };
};

/** Full record names: part of every natural id, so they never change. */
export const FULL_NAMES = {
  MessageReceived: 'tiktok.messages.v1.MessageReceived',
  MessageEchoed: 'tiktok.messages.v1.MessageEchoed',
  ReactionChanged: 'tiktok.messages.v1.ReactionChanged',
  ReferralReceived: 'tiktok.messages.v1.ReferralReceived',
  ConversationRead: 'tiktok.statuses.v1.ConversationRead',
  EuropeanMessageNoticed: 'tiktok.accountnotices.v1.EuropeanMessageNoticed',
  AutoMessageConfigured: 'tiktok.accountnotices.v1.AutoMessageConfigured',
  AutoMessageAudited: 'tiktok.accountnotices.v1.AutoMessageAudited',
  CommentFlagged: 'tiktok.accountnotices.v1.CommentFlagged',
  AuthorizationRemoved: 'tiktok.accountnotices.v1.AuthorizationRemoved',
  WebhookUnrecognized: 'tiktok.webhooks.v1.WebhookUnrecognized',
} as const;
