import type { Ids } from '../domain/ids.ts';
import type { Business, Comment, Customer } from '../domain/model.ts';
import { commentUpdateEvent, highIntentCommentEvent } from '../domain/webhook-events.ts';
import type { Publish } from './publish.ts';
import type { SimulatorTime } from './simulator-time.ts';
import type { World } from './world.ts';

/** Older comments are forgotten. */
const KEPT = 10_000;

/** Source: Comment-to-Message is for accounts of Vietnam, Indonesia and Thailand. */
const WITH_COMMENT_TO_MESSAGE = new Set(['VN', 'ID', 'TH']);

interface NewComment {
  readonly text: string;
  readonly videoId: string;
  /** Whether TikTok's classifier takes it for a wish to buy. */
  readonly isHighIntent: boolean;
  /** False for an answer to another comment. */
  readonly isFirstLevel?: boolean;
  readonly isByAdult?: boolean;
}

/** Comments below a business's posts, as far as direct messages have to do with them. */
export interface Comments {
  write(business: Business, customer: Customer, comment: NewComment): Comment;
  find(commentId: string): Comment | null;
}

export const hasCommentToMessage = ({ region }: Business): boolean => WITH_COMMENT_TO_MESSAGE.has(region);

interface Dependencies {
  readonly ids: Ids;
  readonly time: SimulatorTime;
  readonly world: World;
  readonly publish: Publish;
}

export const createComments = ({ ids, time, world, publish }: Dependencies): Comments => {
  const comments = new Map<string, Comment>();

  return {
    write: (business, customer, { text, videoId, isHighIntent, isFirstLevel = true, isByAdult = true }) => {
      const isFollower = world.conversationOf(business, customer)?.isFollower ?? false;
      const commentId = ids.number('comment');
      const at = time.now();
      const comment = { commentId, videoId, business, customer, text, isFollower, isFirstLevel, isByAdult, at };
      comments.set(commentId, comment);
      if (comments.size > KEPT) comments.delete(comments.keys().next().value ?? '');
      publish(() => commentUpdateEvent(comment));
      if (isHighIntent) publish((payload) => highIntentCommentEvent(comment, payload));
      return comment;
    },
    find: (commentId) => comments.get(commentId) ?? null,
  };
};
