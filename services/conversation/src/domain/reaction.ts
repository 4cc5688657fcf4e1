/** Whether a person's reaction stands on a message. */
export interface ReactionFact {
  readonly channelId: string;
  readonly conversationId: string;
  readonly messageId: string;
  /** Who reacted; empty where TikTok did not say. */
  readonly personId: string;
  /** The emoji, or the address of its picture. */
  readonly reaction: string;
  readonly isPicture: boolean;
  /** TikTok's time of the newest change. */
  readonly changedAt: number;
  readonly isRemoved: boolean;
}

/** The newest change counts; of two at once, the removal. */
export const laterReaction = (a: ReactionFact, b: ReactionFact): ReactionFact => {
  if (a.changedAt !== b.changedAt) return a.changedAt > b.changedAt ? a : b;
  return a.isRemoved ? a : b;
};
