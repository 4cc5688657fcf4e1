import { ok, type Result, refuse } from '../kernel/index.ts';
import type { FailureCode } from './failure-catalogue.ts';
import { CONTENT_LIMITS } from './limits.ts';

/** An attachment as a command has it; kinds newer than this code arrive as `UNSUPPORTED`. */
export interface ReplyAttachment {
  readonly kind: 'UNSUPPORTED' | 'IMAGE' | 'VIDEO' | 'SHARED_POST' | 'TEMPLATE';
  readonly mediaId: string | null;
  readonly url: string | null;
  readonly itemId: string | null;
  readonly template: ReplyTemplate | null;
}

/** A card with buttons; types newer than this code arrive as `UNSUPPORTED`. */
export interface ReplyTemplate {
  readonly type: 'UNSUPPORTED' | 'QA_BUTTON_CARD' | 'QA_LINK_CARD';
  readonly title: string | null;
  readonly buttons: readonly { readonly buttonId: string | null; readonly title: string | null }[];
}

/** What a command asks to send, whether TikTok takes it or not. */
export interface ReplyContent {
  readonly text: string | null;
  readonly attachments: readonly ReplyAttachment[];
  readonly quotedMessageId: string | null;
}

/** What can be sent. */
export type SendableContent =
  | { readonly kind: 'text'; readonly text: string; readonly quotedMessageId: string | null }
  | { readonly kind: 'image'; readonly mediaId: string }
  | { readonly kind: 'sharedPost'; readonly itemId: string };

/** One text, or one attachment, as TikTok takes it; else the first reason why not. An image comes by media id only. */
export const checkContent = (content: ReplyContent): Result<SendableContent, FailureCode> => {
  const { text, attachments, quotedMessageId } = content;
  const [attachment, ...others] = attachments;
  if (attachment === undefined) return checkText(text ?? '', quotedMessageId);
  if (text !== null && text !== '') return refuse('text_with_attachment');
  if (others.length > 0) return refuse('multiple_attachments');
  if (quotedMessageId !== null) return refuse('quote_not_allowed');
  return checkAttachment(attachment);
};

const checkText = (text: string, quotedMessageId: string | null): Result<SendableContent, FailureCode> => {
  if (text.trim() === '') return refuse('empty_reply');
  if (isLongerThan(text, CONTENT_LIMITS.textCharacters)) return refuse('text_too_long');
  return ok({ kind: 'text', text, quotedMessageId });
};

const checkAttachment = ({ kind, mediaId, itemId }: ReplyAttachment): Result<SendableContent, FailureCode> => {
  if (kind === 'IMAGE' && mediaId) return ok({ kind: 'image', mediaId });
  if (kind === 'SHARED_POST' && itemId) return ok({ kind: 'sharedPost', itemId });
  return refuse('unsupported_attachment');
};

/** A code point is one or two UTF-16 units, so most texts are judged without counting. */
const isLongerThan = (text: string, codePoints: number): boolean =>
  text.length > codePoints && [...text].length > codePoints;
