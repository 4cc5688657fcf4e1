import { ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import { blockedByRules, type Refusal, refusal } from '../domain/codes.ts';
import type { Business, Comment } from '../domain/model.ts';
import { isCommenterInReach } from '../domain/regions.ts';
import { type Comments, hasCommentToMessage } from './comments.ts';
import type { SimulatorTime } from './simulator-time.ts';
import { updatedAt, type World } from './world.ts';

const HOUR_MS = 3_600_000;

/** Source: documentation of `direct_reply` (fact sheet, section 7). */
const ANSWERABLE_FOR_MS = 48 * HOUR_MS;
const SILENT_FOR_MS = 24 * HOUR_MS;

/** Comment-to-Message: the one way in which a business may begin a conversation. */
export interface DirectReplies {
  isEnabled(business: Business): boolean;
  /** Refused where the feature is not offered. */
  enable(business: Business, isEnabled: boolean): Result<void, Refusal>;
  /** The comment, if this business may answer it now. */
  check(business: Business, commentId: string): Result<Comment, Refusal>;
  noteAnswer(commentId: string): void;
}

interface Dependencies {
  readonly comments: Comments;
  readonly world: World;
  readonly time: SimulatorTime;
}

export const createDirectReplies = ({ comments, world, time }: Dependencies): DirectReplies => {
  const enabled = new Set<Business>();
  const answered = new Set<string>();

  const refuseComment = (comment: Comment): Refusal | null => {
    const { business, customer, commentId, at } = comment;
    const conversation = world.conversationOf(business, customer);
    const lastMessageAt = conversation === null ? 0 : updatedAt(conversation);
    const isLate = time.now() - at >= ANSWERABLE_FOR_MS;
    const areTalking = time.now() - lastMessageAt < SILENT_FOR_MS;
    const isOpen = comment.isFirstLevel && comment.isByAdult && isCommenterInReach(customer.region);
    return !isOpen || isLate || areTalking || answered.has(commentId) ? blockedByRules(40064) : null;
  };

  return {
    isEnabled: (business) => enabled.has(business),
    enable: (business, isEnabled) => {
      if (!hasCommentToMessage(business)) return refuse(NOT_OFFERED);
      if (isEnabled) enabled.add(business);
      else enabled.delete(business);
      return ok(undefined);
    },
    check: (business, commentId) => {
      if (!enabled.has(business)) return refuse(NOT_OFFERED);
      const comment = comments.find(commentId);
      if (comment?.business !== business) {
        return refuse(refusal(40007, 'The comment of Param direct_reply.comment_reply.comment_id does not exist.'));
      }
      const refused = refuseComment(comment);
      return refused === null ? ok(comment) : refuse(refused);
    },
    noteAnswer: (commentId) => {
      answered.add(commentId);
    },
  };
};

const NOT_OFFERED = refusal(40001, 'No permission: Comment-to-Message is not enabled for this account.');
