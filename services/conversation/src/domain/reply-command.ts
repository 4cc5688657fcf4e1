/** One attachment of a reply, as a person asks for it; TikTok takes one, and none beside text. Refusing is outbound's work. */
export type ReplyAttachment =
  | { readonly kind: 'image'; readonly mediaId: string }
  | { readonly kind: 'image'; readonly url: string }
  | { readonly kind: 'video'; readonly url: string }
  | { readonly kind: 'shared_post'; readonly itemId: string };

/** What a person asks to send. It can express what TikTok refuses, so that the refusal has a reason. */
export interface ReplyContent {
  readonly text: string | null;
  readonly attachments: readonly ReplyAttachment[];
  readonly quotedMessageId: string | null;
  /** Until when it is worth sending; null leaves that to outbound. */
  readonly expiresAt: number | null;
}

export interface ReplyCommand extends ReplyContent {
  readonly replyId: string;
  readonly channelId: string;
  readonly conversationId: string;
  readonly requestedBy: string;
  readonly requestedAt: number;
}
