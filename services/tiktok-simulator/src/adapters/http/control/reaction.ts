import type { Request } from 'express';
import { z } from 'zod';
import type { TikTok } from '../../../application/tiktok.ts';
import type { ReactionRefusal, ReactionRequest } from '../../../application/world.ts';
import { pictureUrl } from '../addresses.ts';
import { conversationOf } from './people.ts';
import { ControlProblem, readAs } from './problem.ts';
import { STICKER_LIFETIME_MS } from './written-content.ts';

const reactionBody = z.strictObject({
  type: z.undefined().optional(),
  messageId: z.string().min(1),
  operation: z.enum(['ADD', 'REMOVE']).default('ADD'),
  by: z.enum(['customer', 'business']).default('customer'),
  emoji: z.string().min(1).max(32).optional(),
  /** The picture of an AI emoji; `aiEmoji` has one drawn. */
  aiEmojiUrl: z.url().optional(),
  aiEmoji: z.literal(true).optional(),
});
type ReactionBody = z.infer<typeof reactionBody>;

/** Someone reacts to a message of the conversation that the path names. */
export const reactAs = (tiktok: TikTok, req: Request, given: unknown) => {
  const conversation = conversationOf(tiktok, req);
  const body = readAs(reactionBody, given ?? {});
  const request = { on: body.messageId, operation: body.operation, by: body.by, ...reactionOf(tiktok, req, body) };
  const reacted = tiktok.messaging.react(conversation, request);
  if (!reacted.ok) throw problemOf(reacted.error);
  return { conversationId: conversation.conversationId, messageId: reacted.value };
};

const reactionOf = (tiktok: TikTok, req: Request, body: ReactionBody): Pick<ReactionRequest, 'type' | 'value'> => {
  const { emoji, aiEmojiUrl, aiEmoji } = body;
  if ([emoji, aiEmojiUrl, aiEmoji].filter((given) => given !== undefined).length !== 1) {
    throw new ControlProblem(400, 'emoji: give exactly one of emoji, aiEmojiUrl and aiEmoji');
  }
  if (emoji !== undefined) return { type: 'EMOJI', value: emoji };
  const expiresAtMs = tiktok.time.now() + STICKER_LIFETIME_MS;
  return {
    type: 'AI_EMOJI',
    value: aiEmojiUrl ?? pictureUrl(req, 'emojis', tiktok.ids.secret('ai-emoji.'), expiresAtMs),
  };
};

const PROBLEMS: Readonly<Record<ReactionRefusal, readonly [number, string]>> = {
  message_unknown: [404, 'messageId: there is no such message in the conversation'],
  reaction_exists: [409, 'the reaction is there already'],
  reaction_unknown: [409, 'there is no such reaction to remove'],
};

const problemOf = (refused: ReactionRefusal): ControlProblem => new ControlProblem(...PROBLEMS[refused]);
