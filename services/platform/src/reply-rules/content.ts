import { ok, type Result, refuse } from '../kernel/index.ts';
import type { FailureCode } from './failure-catalogue.ts';
import { CARD_LIMITS, CONTENT_LIMITS } from './limits.ts';

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
  | { readonly kind: 'image'; readonly from: ImageSource }
  | { readonly kind: 'sharedPost'; readonly itemId: string }
  | { readonly kind: 'template'; readonly card: SendableCard };

/** An image that conversation has stored, or one to fetch by its HTTPS address. */
export type ImageSource = { readonly mediaId: string } | { readonly url: string };

/** A card within TikTok's limits. */
export interface SendableCard {
  readonly type: 'QA_BUTTON_CARD' | 'QA_LINK_CARD';
  readonly title: string;
  readonly buttons: readonly { readonly buttonId: string; readonly title: string }[];
}

/** One text, or one attachment, as TikTok takes it; else the first reason why not. */
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
  if (quotedMessageId?.trim() === '') return refuse('quote_not_allowed');
  return ok({ kind: 'text', text, quotedMessageId });
};

const checkAttachment = (attachment: ReplyAttachment): Result<SendableContent, FailureCode> => {
  const { kind, itemId, template } = attachment;
  const from = kind === 'IMAGE' ? imageSourceOf(attachment) : null;
  if (from !== null) return ok({ kind: 'image', from });
  if (kind === 'SHARED_POST' && itemId?.trim()) return ok({ kind: 'sharedPost', itemId });
  const card = kind === 'TEMPLATE' && template !== null ? sendableCard(template) : null;
  return card === null ? refuse('unsupported_attachment') : ok({ kind: 'template', card });
};

/** By one of the two, not by both. */
const imageSourceOf = ({ mediaId, url }: ReplyAttachment): ImageSource | null => {
  if (mediaId) return url ? null : { mediaId };
  return url && URL.parse(url)?.protocol === 'https:' ? { url } : null;
};

const sendableCard = ({ type, title, buttons }: ReplyTemplate): SendableCard | null => {
  if (type === 'UNSUPPORTED') return null;
  const { titleCharacters, buttons: most, buttonIdCharacters, buttonTitleCharacters } = CARD_LIMITS;
  const isWithin = (text: string | null, codePoints: number): boolean =>
    text !== null && text.trim() !== '' && !isLongerThan(text, codePoints);
  const areButtonsRight =
    buttons.length >= 1 &&
    buttons.length <= most &&
    buttons.every(
      (button) =>
        isWithin(button.title, buttonTitleCharacters[type]) && !isLongerThan(button.buttonId ?? '', buttonIdCharacters),
    );
  if (!isWithin(title, titleCharacters) || !areButtonsRight) return null;
  return {
    type,
    title: title ?? '',
    buttons: buttons.map((button) => ({ buttonId: button.buttonId ?? '', title: button.title ?? '' })),
  };
};

/** A code point is one or two UTF-16 units, so most texts are judged without counting. */
const isLongerThan = (text: string, codePoints: number): boolean =>
  text.length > codePoints && [...text].length > codePoints;
