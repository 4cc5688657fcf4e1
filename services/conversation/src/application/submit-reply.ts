import { type Clock, fingerprint, naturalId, ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import type { ReplyContent } from '../domain/reply-command.ts';
import type { ConversationQueries, MediaLibrary, ReplyRequests } from './ports.ts';
import type { ReplyView } from './views.ts';

export interface ReplyRequest {
  readonly accountId: string;
  readonly userId: string;
  readonly conversationId: string;
  /** The caller's; repeating it repeats the answer and nothing else. */
  readonly idempotencyKey: string;
  readonly content: ReplyContent;
}

export type ReplyRefusal = 'conversation_unknown' | 'idempotency_key_reused' | 'media_unknown';

export type SubmitReply = (request: ReplyRequest) => Promise<Result<ReplyView, ReplyRefusal>>;

interface Dependencies {
  readonly queries: Pick<ConversationQueries, 'findConversation' | 'getReply'>;
  readonly requests: ReplyRequests;
  readonly media: Pick<MediaLibrary, 'belongsTo'>;
  readonly clock: Clock;
}

/**
 * Keeps the key and leaves the command for the relay in one transaction, so what was accepted is sent however often the
 * process dies. Media of another account must not leave this service under this one's name.
 */
export const createSubmitReply =
  ({ queries, requests, media, clock }: Dependencies): SubmitReply =>
  async ({ accountId, userId, conversationId, idempotencyKey, content }) => {
    const conversation = await queries.findConversation(accountId, conversationId);
    if (conversation === null) return refuse('conversation_unknown');
    if (!(await ownsAll(media, accountId, content))) return refuse('media_unknown');

    const replyId = naturalId(['reply', accountId, conversationId, idempotencyKey]);
    const kept = await requests.keep({
      accountId,
      idempotencyKey,
      fingerprint: fingerprint(content),
      command: {
        ...content,
        replyId,
        channelId: conversation.channelId,
        conversationId,
        requestedBy: userId,
        requestedAt: clock.now(),
      },
    });
    if (kept.fingerprint !== fingerprint(content)) return refuse('idempotency_key_reused');
    const reply = await queries.getReply(accountId, replyId);
    return reply === null ? refuse('conversation_unknown') : ok(reply);
  };

const ownsAll = async (
  media: Dependencies['media'],
  accountId: string,
  { attachments }: ReplyContent,
): Promise<boolean> => {
  const mediaIds = attachments.flatMap((attachment) => ('mediaId' in attachment ? [attachment.mediaId] : []));
  const owned = await Promise.all(mediaIds.map((mediaId) => media.belongsTo(accountId, mediaId)));
  return !owned.includes(false);
};
