import { ok, type Result } from '@tiktok-channel/platform/kernel';
import { checkContent, isSurelyOpen } from '@tiktok-channel/platform/reply-rules';
import { isAction, type SendReply } from '../domain/send-reply.ts';
import { type FindConversationDependencies, findConversation } from './find-conversation.ts';
import type { Caller, KnownConversation, TikTokMessage } from './ports.ts';
import { type PrepareImageDependencies, prepareImage } from './prepare-image.ts';
import { findCaller, type Obstacle, refused } from './tiktok-calls.ts';

export interface PreparedMessage {
  readonly caller: Caller;
  readonly message: TikTokMessage;
  /** TikTok's time of the newest message known in the conversation. */
  readonly newestKnownMs: number;
  /** Whether nothing that is unknown can have closed the reply window. */
  readonly isWindowOpen: boolean;
}

export type PrepareMessage = (command: SendReply) => Promise<Result<PreparedMessage, Obstacle>>;

type Dependencies = FindConversationDependencies & PrepareImageDependencies;

/**
 * Everything that is checked and fetched before a message is sent. Nothing in it reaches the customer, so all of it may be
 * repeated. Throws `DependencyUnavailable`.
 */
export const createPrepareMessage =
  (dependencies: Dependencies): PrepareMessage =>
  async (command) => {
    const { channels, rules, clock } = dependencies;
    const caller = await findCaller(channels, command.channelId);
    if (!caller.ok) return caller;
    if (isAction(command)) return actionOf(caller.value, command);

    const conversation = await findConversation(dependencies, caller.value, command);
    if (!conversation.ok) return conversation;
    const message = await messageOf(dependencies, caller.value, command, conversation.value);
    if (!message.ok) return message;
    // Asked again, from the cache as a rule: a call in between may have found out that the token was refused.
    const current = await findCaller(channels, command.channelId);
    if (!current.ok) return current;
    const { newestMessageAtMs: newestKnownMs, window } = conversation.value;
    const isWindowOpen = isSurelyOpen(window, rules, clock.now());
    return ok({ caller: current.value, message: message.value, newestKnownMs, isWindowOpen });
  };

/** Typing and read marks stand under no rule, and TikTok knows its conversations. */
const actionOf = (caller: Caller, { action }: SendReply): Result<PreparedMessage, Obstacle> => {
  if (action !== 'TYPING' && action !== 'MARK_READ') return refused('invalid_command');
  return ok({ caller, message: { kind: 'action', action }, newestKnownMs: 0, isWindowOpen: false });
};

const messageOf = async (
  dependencies: Dependencies,
  caller: Caller,
  command: SendReply,
  known: KnownConversation,
): Promise<Result<TikTokMessage, Obstacle>> => {
  const content = checkContent(command);
  if (!content.ok) return refused(content.error);
  switch (content.value.kind) {
    case 'image':
      return prepareImage(dependencies, caller, { from: content.value.from, key: command, known });
    case 'text': {
      const { quotedMessageId } = content.value;
      if (quotedMessageId === null) return ok(content.value);
      const isQuotable = await dependencies.facts.isQuotable(command, quotedMessageId);
      return isQuotable === false ? refused('quote_not_allowed') : ok(content.value);
    }
    default:
      return ok(content.value);
  }
};
