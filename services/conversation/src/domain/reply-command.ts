/** One attachment of a reply, as a person asks for it; TikTok takes one, and none beside text. */
export type ReplyAttachment =
  | { readonly kind: 'image'; readonly mediaId: string }
  | { readonly kind: 'image'; readonly url: string }
  | { readonly kind: 'video'; readonly url: string }
  | { readonly kind: 'shared_post'; readonly itemId: string }
  | { readonly kind: 'template'; readonly template: ReplyTemplate };

/** A card with buttons, as `checkContent` of the reply rules judges it. */
export interface ReplyTemplate {
  readonly type: 'UNSUPPORTED' | 'QA_BUTTON_CARD' | 'QA_LINK_CARD';
  readonly title: string | null;
  readonly buttons: readonly { readonly buttonId: string | null; readonly title: string | null }[];
}

/** Instead of a message: shown for some seconds, or once, and never echoed. */
export type ReplyAction = 'typing' | 'mark_read';

/** What a person asks to send. It can express what TikTok refuses, so that the refusal has a reason. */
export interface ReplyContent {
  readonly text: string | null;
  readonly attachments: readonly ReplyAttachment[];
  readonly quotedMessageId: string | null;
  /** Until when it is worth sending; null leaves that to outbound. */
  readonly expiresAt: number | null;
}

export interface ReplyCommand extends ReplyContent {
  readonly action: ReplyAction | null;
  /** The failed reply that this one tries again. */
  readonly retryOf: string | null;
  readonly replyId: string;
  readonly channelId: string;
  readonly conversationId: string;
  readonly requestedBy: string;
  readonly requestedAt: number;
}

/** What is to be taken back. */
export interface CancelCommand {
  readonly replyId: string;
  readonly channelId: string;
  readonly conversationId: string;
  readonly requestedBy: string;
  readonly requestedAt: number;
}

/** An attachment with every field that one can have, as commands carry it. */
export interface AttachmentFields {
  readonly kind: 'IMAGE' | 'VIDEO' | 'SHARED_POST' | 'TEMPLATE';
  readonly mediaId: string | null;
  readonly url: string | null;
  readonly itemId: string | null;
  readonly template: ReplyTemplate | null;
}

const NOTHING = { mediaId: null, url: null, itemId: null, template: null } as const;

export const attachmentFields = (attachment: ReplyAttachment): AttachmentFields => {
  switch (attachment.kind) {
    case 'shared_post':
      return { ...NOTHING, kind: 'SHARED_POST', itemId: attachment.itemId };
    case 'template':
      return { ...NOTHING, kind: 'TEMPLATE', template: attachment.template };
    case 'video':
      return { ...NOTHING, kind: 'VIDEO', url: attachment.url };
    case 'image':
      return 'mediaId' in attachment
        ? { ...NOTHING, kind: 'IMAGE', mediaId: attachment.mediaId }
        : { ...NOTHING, kind: 'IMAGE', url: attachment.url };
  }
};

/** Back from what a status record brought; null for what this code cannot send. */
export const attachmentOfFields = (fields: AttachmentFields): ReplyAttachment | null => {
  const { kind, mediaId, url, itemId, template } = fields;
  if (kind === 'SHARED_POST' && itemId !== null) return { kind: 'shared_post', itemId };
  if (kind === 'TEMPLATE' && template !== null) return { kind: 'template', template };
  if (kind === 'VIDEO' && url !== null) return { kind: 'video', url };
  if (kind !== 'IMAGE') return null;
  if (mediaId !== null) return { kind: 'image', mediaId };
  return url === null ? null : { kind: 'image', url };
};
