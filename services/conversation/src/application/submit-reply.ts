import { type Clock, fingerprint, naturalId, ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import { checkContent, type FailureCode } from '@tiktok-channel/platform/reply-rules';
import { attachmentFields, type ReplyContent } from '../domain/reply-command.ts';
import type { ConversationQueries, MediaLibrary, ReplyRequests } from './ports.ts';
import type { ReplyView } from './views.ts';

export interface ReplyRequest {
  readonly accountId: string;
  readonly userId: string;
  readonly conversationId: string;
  /** The caller's; repeating it repeats the answer and nothing else. */
  readonly idempotencyKey: string;
  readonly content: ReplyContent;
  /** The reply that this one tries again. */
  readonly retryOf?: string;
}

export type ReplyRefusal =
  | { readonly kind: 'conversation_unknown' }
  | { readonly kind: 'idempotency_key_reused' }
  | { readonly kind: 'media_unknown' }
  /** TikTok takes no such message: the code that outbound would give, before anything is queued. */
  | { readonly kind: 'not_sendable'; readonly code: FailureCode };

export type SubmitReply = (request: ReplyRequest) => Promise<Result<ReplyView, ReplyRefusal>>;

interface Dependencies {
  readonly queries: Pick<ConversationQueries, 'findConversation' | 'getReply'>;
  readonly requests: Pick<ReplyRequests, 'keep'>;
  readonly media: Pick<MediaLibrary, 'belongsTo'>;
  readonly clock: Clock;
}

/**
 * Keeps the key and leaves the command for the relay in one transaction, so what was accepted is sent however often the
 * process dies. Media of another account must not leave this service under this one's name.
 */
export const createSubmitReply =
  (dependencies: Dependencies): SubmitReply =>
  async (request) => {
    const conversation = await dependencies.queries.findConversation(request.accountId, request.conversationId);
    if (conversation === null) return refuse({ kind: 'conversation_unknown' });
    const refusal = await refusalOf(dependencies.media, request);
    return refusal === null ? keep(dependencies, request, conversation.channelId) : refuse(refusal);
  };

const refusalOf = async (
  media: Dependencies['media'],
  { accountId, content }: ReplyRequest,
): Promise<ReplyRefusal | null> => {
  const sendable = checkContent({ ...content, attachments: content.attachments.map(attachmentFields) });
  if (!sendable.ok) return { kind: 'not_sendable', code: sendable.error };
  return (await ownsAll(media, accountId, content)) ? null : { kind: 'media_unknown' };
};

const keep = async (
  { queries, requests, clock }: Dependencies,
  request: ReplyRequest,
  channelId: string,
): Promise<Result<ReplyView, ReplyRefusal>> => {
  const { accountId, userId, conversationId, idempotencyKey, content, retryOf } = request;
  const replyId = naturalId(['reply', accountId, conversationId, idempotencyKey]);
  const asked = fingerprint(retryOf === undefined ? content : { ...content, retryOf });
  const kept = await requests.keep({
    accountId,
    idempotencyKey,
    fingerprint: asked,
    command: {
      ...content,
      replyId,
      channelId,
      conversationId,
      action: null,
      retryOf: retryOf ?? null,
      requestedBy: userId,
      requestedAt: clock.now(),
    },
  });
  if (kept.fingerprint !== asked) return refuse({ kind: 'idempotency_key_reused' });
  const reply = await queries.getReply(accountId, replyId);
  return reply === null ? refuse({ kind: 'conversation_unknown' }) : ok(reply);
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
