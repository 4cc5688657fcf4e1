import { ok, type Result } from '@tiktok-channel/platform/kernel';
import { type ContentIn, provenanceOf } from './content-in.ts';
import { flagIn, idIn, integerIn, textIn, timeIn } from './fields.ts';
import { invalid, type Misreading } from './misreading.ts';
import { personIn } from './participants.ts';
import type {
  AutoMessageAudit,
  AutoMessageConfiguration,
  EuropeanMessage,
  FlaggedComment,
  Removal,
  RemovalReason,
} from './records.ts';

/** All that TikTok tells of a message from Europe is that there is one. */
export const readEuropeanMessage = (input: ContentIn): Result<EuropeanMessage, Misreading> => {
  const sentAt = timeIn(input.content.timestamp);
  if (sentAt === null) return invalid('timestamp');
  const { channelId } = input.envelope;
  return ok({ channelId, sentAt, businessUsername: textIn(input.content.to), ...provenanceOf(input) });
};

/** What the automatic message says stays in the content as received. */
export const readAutoMessageConfiguration = (input: ContentIn): Result<AutoMessageConfiguration, Misreading> => {
  const action = textIn(input.content.auto_message_action);
  if (action === null) return invalid('auto_message_action');
  const read = readAutoMessage(input);
  return read.ok ? ok({ ...read.value, action }) : read;
};

export const readAutoMessageAudit = (input: ContentIn): Result<AutoMessageAudit, Misreading> => {
  const auditStatus = textIn(input.content.audit_status);
  if (auditStatus === null) return invalid('audit_status');
  const read = readAutoMessage(input);
  return read.ok ? ok({ ...read.value, auditStatus }) : read;
};

type AutoMessage = Omit<AutoMessageAudit, 'auditStatus'>;

const readAutoMessage = (input: ContentIn): Result<AutoMessage, Misreading> => {
  const { content, envelope } = input;
  const autoMessageId = idIn(content.auto_message_id);
  if (autoMessageId === null) return invalid('auto_message_id');
  const autoMessageType = textIn(content.auto_message_type);
  if (autoMessageType === null) return invalid('auto_message_type');
  const occurredAt = timeIn(content.timestamp);
  if (occurredAt === null) return invalid('timestamp');
  return ok({ channelId: envelope.channelId, autoMessageId, autoMessageType, occurredAt, ...provenanceOf(input) });
};

export const readFlaggedComment = (input: ContentIn): Result<FlaggedComment, Misreading> => {
  const { content, envelope } = input;
  const commentId = idIn(content.comment_id);
  if (commentId === null) return invalid('comment_id');
  const occurredAt = timeIn(content.timestamp);
  if (occurredAt === null) return invalid('timestamp');
  return ok({
    channelId: envelope.channelId,
    commentId,
    commentText: textIn(content.comment_text),
    person: personIn(input),
    isFollower: flagIn(content.is_follower),
    occurredAt,
    ...provenanceOf(input),
  });
};

/** Nothing but the account is required: that it is gone is the news. */
export const readRemoval = (input: ContentIn): Result<Removal, Misreading> => {
  const tiktokReason = integerIn(input.content.reason);
  return ok({
    channelId: input.envelope.channelId,
    reason: (tiktokReason === null ? undefined : REASONS[tiktokReason]) ?? 'UNKNOWN',
    tiktokReason,
    occurredAt: input.envelope.createdAt,
    ...provenanceOf(input),
  });
};

/** By TikTok's number (developers.tiktok.com, `authorization.removed`). */
const REASONS: readonly RemovalReason[] = [
  'UNKNOWN',
  'DISCONNECTED_BY_USER',
  'ACCOUNT_DELETED',
  'AGE_CHANGED',
  'ACCOUNT_BANNED',
  'REVOKED_BY_DEVELOPER',
];
