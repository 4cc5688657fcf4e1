import { fingerprint, naturalId } from '@tiktok-channel/platform/kernel';
import { checkContent, type FailureCode, type ReplyContent } from '@tiktok-channel/platform/reply-rules';

/** The command as it travels, whether it can be fulfilled or not. Times are epoch milliseconds. */
export interface SendReply extends ReplyContent {
  readonly replyId: string;
  readonly channelId: string;
  readonly conversationId: string;
  readonly action: 'UNSUPPORTED' | 'TYPING' | 'MARK_READ' | null;
  readonly retryOf: string | null;
  readonly requestedBy: string | null;
  readonly requestedAt: number;
  readonly expiresAt: number | null;
}

/** Takes a reply back that was not sent yet. */
export interface CancelReply {
  readonly replyId: string;
  readonly channelId: string;
  readonly conversationId: string;
  readonly requestedBy: string | null;
  readonly requestedAt: number;
}

/** Where a command came from, kept so that its statuses name it and continue its trace. */
export interface CommandOrigin {
  readonly eventId: string | null;
  readonly correlationId: string | null;
  readonly traceparent: string | null;
}

const WORTH_SENDING_MS = 24 * 3_600_000;

/** Source: TikTok shows a typing indicator for five seconds (fact sheet, section 7). */
const ACTION_WORTH_SENDING_MS = 5_000;

/** Longer ids are nobody's: TikTok's have some ten to hundred characters. Counted as in an address, so that indexes hold all others. */
const LONGEST_ID = 512;

/** An action shows something (typing, read) in place of sending a message. */
export const isAction = ({ action }: Pick<SendReply, 'action'>): boolean => action !== null;

/** The time from which it is no longer worth sending: 24 hours after it was asked for unless the command says; an action lives for 5 s. */
export const expiresAt = (command: SendReply): number => {
  if (!isAction(command)) return command.expiresAt ?? command.requestedAt + WORTH_SENDING_MS;
  return Math.min(command.expiresAt ?? Number.POSITIVE_INFINITY, command.requestedAt + ACTION_WORTH_SENDING_MS);
};

/** Hyphens of a channel id are escaped, so that the two ids can be told apart. Ids that no index can hold are hashed. */
export const streamIdOf = ({ channelId, replyId }: Pick<SendReply, 'channelId' | 'replyId'>): string => {
  const streamId = `reply-${encodeURIComponent(channelId).replaceAll('-', '%2D')}-${replyId}`;
  return isTooLong(channelId) || isTooLong(replyId) ? `reply--${naturalId([channelId, replyId])}` : streamId;
};

/** Replies of a conversation are sent one after the other; an action waits for none and none for it. */
export const laneIdOf = (command: SendReply): string =>
  isAction(command) ? `action:${streamIdOf(command)}` : command.conversationId;

/** Equal for commands that ask TikTok for the same: who asked and when does not count, since a sender may try again. */
export const fingerprintOf = (command: SendReply): string => {
  const { conversationId, text, attachments, action, quotedMessageId } = command;
  return fingerprint({ conversationId, text, attachments, action, quotedMessageId });
};

/** Why a command can never be fulfilled, whatever TikTok says; null when it may. */
export const refusalOf = (command: SendReply): FailureCode | null => {
  if (command.channelId === '' || command.conversationId === '') return 'invalid_command';
  if (!hasUsableIds(command) || idsWithin(command).some(isTooLong)) return 'invalid_command';
  if (isAction(command)) return isLoneAction(command) ? null : 'invalid_command';
  const content = checkContent(command);
  return content.ok ? null : content.error;
};

/** Whether the reply can be filed under its ids. */
export const hasUsableIds = ({ replyId, channelId, conversationId }: SendReply): boolean =>
  ![replyId, channelId, conversationId].some(isTooLong);

const idsWithin = ({ quotedMessageId, attachments }: SendReply): readonly string[] =>
  [quotedMessageId, ...attachments.flatMap(({ mediaId, itemId }) => [mediaId, itemId])].filter((id) => id !== null);

const isTooLong = (id: string): boolean => encodeURIComponent(id).length > LONGEST_ID;

/** A known action, and nothing beside it. */
const isLoneAction = ({ action, text, attachments, quotedMessageId }: SendReply): boolean =>
  action !== 'UNSUPPORTED' && (text === null || text === '') && attachments.length === 0 && quotedMessageId === null;
