import { fingerprint } from '@tiktok-channel/platform/kernel';
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

/** Where a command came from, kept so that its statuses name it and continue its trace. */
export interface CommandOrigin {
  readonly eventId: string | null;
  readonly correlationId: string | null;
  readonly traceparent: string | null;
}

const WORTH_SENDING_MS = 24 * 3_600_000;

/** The time from which it is no longer worth sending; 24 hours after it was asked for unless the command says. */
export const expiresAt = (command: SendReply): number => command.expiresAt ?? command.requestedAt + WORTH_SENDING_MS;

/** Hyphens of a channel id are escaped, so that the two ids can be told apart. */
export const streamIdOf = ({ channelId, replyId }: Pick<SendReply, 'channelId' | 'replyId'>): string =>
  `reply-${encodeURIComponent(channelId).replaceAll('-', '%2D')}-${replyId}`;

/** Equal for commands that ask TikTok for the same: who asked and when does not count, since a sender may try again. */
export const fingerprintOf = (command: SendReply): string => {
  const { conversationId, text, attachments, action, quotedMessageId } = command;
  return fingerprint({ conversationId, text, attachments, action, quotedMessageId });
};

/** Why a command can never be fulfilled, whatever TikTok says; null when it may. */
export const refusalOf = (command: SendReply): FailureCode | null => {
  if (command.channelId === '' || command.conversationId === '' || command.action !== null) return 'invalid_command';
  const content = checkContent(command);
  return content.ok ? null : content.error;
};
