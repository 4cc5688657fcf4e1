/** What each event says. The shapes are those of the Avro records, where each field is documented; a mismatch between the two does not compile. */

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

/** How a delivery reached us; no part of what it says. */
export interface Provenance {
  readonly logId: string | null;
  readonly receivedAt: number;
  /** TikTok's content as received. */
  readonly rawContent: Buffer;
}

interface InConversation extends Provenance {
  readonly channelId: string;
  readonly conversationId: string;
  readonly isFollower: boolean | null;
  readonly origin: 'WEBHOOK';
}

export interface Message extends InConversation {
  readonly messageId: string;
  readonly sentAt: number;
  readonly sender: Participant;
  readonly recipient: Participant;
  readonly content: MessageContent;
  readonly quotedMessageId: string | null;
  readonly source: MessageSource;
  readonly automaticMessageType: string | null;
  readonly buttonTap: { readonly messageId: string; readonly buttonId: string | null } | null;
}

export interface Reaction extends InConversation {
  /** The message that was reacted to. */
  readonly messageId: string;
  readonly operation: 'UNKNOWN' | 'ADDED' | 'REMOVED';
  readonly emoji: string | null;
  readonly emojiUrl: string | null;
  readonly person: Participant;
  readonly occurredAt: number;
}

export interface Referral extends InConversation {
  readonly person: Participant;
  readonly source: 'UNKNOWN' | 'AD' | 'LINK';
  readonly tiktokSource: string | null;
  readonly ad: AdReferral | null;
  readonly link: LinkReferral | null;
  readonly occurredAt: number;
}

export interface AdReferral {
  readonly adId: string | null;
  readonly advertiserId: string | null;
  readonly adName: string | null;
  readonly embedUrl: string | null;
  readonly materialId: string | null;
  readonly clickedAt: number | null;
}

export interface LinkReferral {
  readonly reference: string | null;
  readonly prefilledMessage: string | null;
  readonly prefilledMessageAudit: string | null;
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

export interface EuropeanMessage extends Provenance {
  readonly channelId: string;
  readonly sentAt: number;
  readonly businessUsername: string | null;
}

interface AutoMessage extends Provenance {
  readonly channelId: string;
  readonly autoMessageId: string;
  readonly autoMessageType: string;
  readonly occurredAt: number;
}

export interface AutoMessageConfiguration extends AutoMessage {
  readonly action: string;
}

export interface AutoMessageAudit extends AutoMessage {
  readonly auditStatus: string;
}

export interface FlaggedComment extends Provenance {
  readonly channelId: string;
  readonly commentId: string;
  readonly commentText: string | null;
  readonly person: Participant;
  readonly isFollower: boolean | null;
  readonly occurredAt: number;
}

export interface Removal extends Provenance {
  readonly channelId: string;
  readonly reason: RemovalReason;
  readonly tiktokReason: number | null;
  readonly occurredAt: number | null;
}

export type RemovalReason =
  | 'UNKNOWN'
  | 'DISCONNECTED_BY_USER'
  | 'ACCOUNT_DELETED'
  | 'AGE_CHANGED'
  | 'ACCOUNT_BANNED'
  | 'REVOKED_BY_DEVELOPER';

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
