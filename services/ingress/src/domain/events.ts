/**
 * The facts that ingress publishes. A `record` has the shape of its Avro record, where each field is documented; a
 * mismatch between the two does not compile.
 */
export type WebhookEvent =
  | Fact<'MessageReceived', Message>
  | Fact<'MessageEchoed', Message>
  | Fact<'ConversationRead', ReadMark>
  | Fact<'WebhookUnrecognized', Unrecognized>;

interface Fact<Type extends keyof typeof FULL_NAMES, Record> {
  readonly type: Type;
  /** Natural: the same for a redelivery. */
  readonly id: string;
  /** Everything with one key is in one order; null only when not even the channel could be read. */
  readonly key: string | null;
  /** What it is about: a message, a conversation or a channel. */
  readonly subject: string | null;
  /** When it happened, epoch milliseconds. */
  readonly atMs: number;
  readonly record: Record;
}

/** What is worth telling of an event once it has been encoded; it keeps nobody's words alive until the broker answers. */
export interface EventSummary {
  readonly type: WebhookEvent['type'];
  readonly id: string;
  readonly channelId: string | null;
  /** Why it was not recognised; null for what was. */
  readonly unrecognized: UnrecognizedReason | null;
}

export const summaryOf = (event: WebhookEvent): EventSummary => ({
  type: event.type,
  id: event.id,
  channelId: event.record.channelId,
  unrecognized: event.type === 'WebhookUnrecognized' ? event.record.reason : null,
});

/** Full record names: part of every natural id, so they never change. */
export const FULL_NAMES = {
  MessageReceived: 'tiktok.messages.v1.MessageReceived',
  MessageEchoed: 'tiktok.messages.v1.MessageEchoed',
  ConversationRead: 'tiktok.statuses.v1.ConversationRead',
  WebhookUnrecognized: 'tiktok.webhooks.v1.WebhookUnrecognized',
} as const;

export interface Participant {
  readonly userId: string | null;
  readonly username: string | null;
}

export interface MessageContent {
  readonly kind: 'UNSUPPORTED' | 'TEXT' | 'IMAGE' | 'SHARED_POST' | 'VIDEO' | 'STICKER' | 'EMOJI' | 'TEMPLATE';
  readonly tiktokType: string;
  readonly text: { readonly body: string } | null;
  readonly image: { readonly mediaId: string } | null;
  readonly sharedPost: { readonly videoId: string | null; readonly embedUrl: string | null } | null;
  readonly video: { readonly mediaId: string } | null;
  readonly sticker: { readonly url: string | null } | null;
  readonly emoji: { readonly url: string | null } | null;
  readonly template: { readonly type: string; readonly cards: readonly TemplateCard[] } | null;
}

export interface TemplateCard {
  readonly title: string | null;
  readonly buttons: readonly {
    readonly buttonId: string | null;
    readonly label: string | null;
    readonly type: string | null;
  }[];
}

export type MessageSource = 'UNKNOWN' | 'APP' | 'WEB' | 'API' | 'OTHERS';

export interface Message {
  readonly channelId: string;
  readonly conversationId: string;
  readonly messageId: string;
  readonly sentAt: number;
  readonly sender: Participant;
  readonly recipient: Participant;
  readonly content: MessageContent;
  readonly quotedMessageId: string | null;
  readonly source: MessageSource;
  readonly automaticMessageType: string | null;
  readonly buttonTap: { readonly messageId: string; readonly buttonId: string | null } | null;
  readonly isFollower: boolean | null;
  readonly origin: 'WEBHOOK';
  readonly logId: string | null;
  readonly receivedAt: number;
  readonly rawContent: Buffer;
}

export interface ReadMark {
  readonly channelId: string;
  readonly conversationId: string;
  readonly readUpTo: number;
  readonly reader: Participant;
  readonly occurredAt: number;
  readonly logId: string | null;
  readonly receivedAt: number;
}

export interface Unrecognized {
  readonly channelId: string | null;
  readonly event: string | null;
  readonly reason: UnrecognizedReason;
  /** The field at fault; never its value. */
  readonly detail: string | null;
  readonly rawBody: Buffer;
  readonly logId: string | null;
  readonly receivedAt: number;
}

export type UnrecognizedReason =
  | 'body_not_json'
  | 'invalid_envelope'
  | 'unsupported_event'
  | 'content_not_json'
  | 'invalid_content';
