import { type Clock, ok, type Result } from '@tiktok-channel/platform/kernel';
import { type ReplyRules, windowRefusal } from '@tiktok-channel/platform/reply-rules';
import type { Caller, Channels, ConversationKey, Facts, Freshness, KnownConversation, TikTok } from './ports.ts';
import { calling, type Obstacle, postponed, refused } from './tiktok-calls.ts';

export interface FindConversationDependencies {
  readonly channels: Channels;
  readonly facts: Facts;
  readonly freshness: Freshness;
  readonly tiktok: Pick<TikTok, 'listContent'>;
  readonly rules: ReplyRules;
  readonly clock: Clock;
}

/** TikTok's list of a conversation is not read again for a refusal's sake before that. */
const LISTED_FRESH_MS = 600_000;

type Found = Result<KnownConversation, Obstacle>;

/**
 * The conversation that a reply goes to, if the reply rules allow it. Facts may be late: before they refuse anything, all
 * that is in the message topic by then is waited for; and what they do not know is looked up once in TikTok's own list.
 */
export const findConversation = async (
  dependencies: FindConversationDependencies,
  caller: Caller,
  key: ConversationKey,
): Promise<Found> => {
  const { facts, freshness } = dependencies;
  const fact = await facts.conversation(key);
  if (fact.kind === 'known' && refusalAt(dependencies, fact) === null) return ok(fact);
  if (!(await freshness.reached())) return postponed('waiting_for_facts');

  const fresh = await facts.conversation(key);
  switch (fresh.kind) {
    case 'of_other_channel':
      return refused('conversation_of_other_channel');
    case 'unknown':
      return lookUp(dependencies, caller, key);
    case 'known':
      return judge(dependencies, caller, key, fresh);
  }
};

/** Not certain that the rules forbid it: TikTok's list may tell, and else TikTok decides. */
const judge = async (
  dependencies: FindConversationDependencies,
  caller: Caller,
  key: ConversationKey,
  known: KnownConversation,
): Promise<Found> => {
  const refusal = refusalAt(dependencies, known);
  if (refusal === null) return ok(known);
  if (refusal.isCertain) return refused(refusal.code, refusal.nextAllowedMs);
  if (isListedLately(dependencies, known)) return ok(known);

  const listed = await lookUp(dependencies, caller, key);
  if (!listed.ok) return listed;
  const certain = refusalAt(dependencies, listed.value);
  return certain?.isCertain ? refused(certain.code, certain.nextAllowedMs) : listed;
};

const refusalAt = ({ rules, clock }: FindConversationDependencies, { window }: KnownConversation) =>
  windowRefusal(window, rules, clock.now());

const isListedLately = ({ clock }: FindConversationDependencies, { listedAtMs }: KnownConversation): boolean =>
  listedAtMs !== null && clock.now() < listedAtMs + LISTED_FRESH_MS;

const lookUp = async (
  dependencies: FindConversationDependencies,
  caller: Caller,
  key: ConversationKey,
): Promise<Found> => {
  const { channels, facts, tiktok } = dependencies;
  const found = await calling(channels, caller, (current) => tiktok.listContent(current, key.conversationId));
  if (!found.ok) return isUnknownToTikTok(found.error) ? refused('conversation_unknown') : found;
  await facts.learn(key, found.value);
  const learned = await facts.conversation(key);
  return learned.kind === 'known' ? ok(learned) : refused('conversation_unknown');
};

const isUnknownToTikTok = (obstacle: Obstacle): boolean =>
  obstacle.kind === 'refused' && obstacle.code === 'tiktok_rejected';
