import { ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import {
  CONTENT_LIMITS,
  checkContent,
  type FailureCode,
  failureOfTikTokCode,
  isSendableImageType,
} from '@tiktok-channel/platform/reply-rules';
import { channelFailure } from '../domain/channel.ts';
import type { SendReply } from '../domain/send-reply.ts';
import { isTokenRejection, type TikTokAnswer, TOO_MANY_REQUESTS } from '../domain/send-result.ts';
import type { DelayReason } from '../domain/waiting.ts';
import type {
  Caller,
  CallResult,
  Channels,
  ConversationFact,
  Facts,
  Images,
  Lane,
  TikTok,
  TikTokMessage,
} from './ports.ts';

/** What keeps a reply from being sent: for good, or for now. */
export type Obstacle =
  | { readonly kind: 'refused'; readonly code: FailureCode; readonly tiktok: TikTokAnswer | null }
  | { readonly kind: 'postponed'; readonly reason: DelayReason };

export interface PreparedMessage {
  readonly caller: Caller;
  readonly message: TikTokMessage;
  /** TikTok's time of the newest message known in the conversation. */
  readonly newestKnownMs: number;
}

export type PrepareMessage = (command: SendReply) => Promise<Result<PreparedMessage, Obstacle>>;

interface Dependencies {
  readonly channels: Channels;
  readonly facts: Facts;
  readonly images: Images;
  readonly tiktok: TikTok;
}

type Known = Extract<ConversationFact, { readonly kind: 'known' }>;

/**
 * Everything that is checked and fetched before a message is sent. Nothing in it reaches the customer, so all of it may be
 * repeated. Throws `DependencyUnavailable`.
 */
export const createPrepareMessage =
  (dependencies: Dependencies): PrepareMessage =>
  async (command) => {
    const caller = await findCaller(dependencies, command.channelId);
    if (!caller.ok) return caller;
    const conversation = await findConversation(dependencies, caller.value, command);
    if (!conversation.ok) return conversation;
    const message = await messageOf(dependencies, caller.value, command, conversation.value);
    if (!message.ok) return message;
    // Asked again, from the cache as a rule: a call in between may have found out that the token was refused.
    const current = await findCaller(dependencies, command.channelId);
    if (!current.ok) return current;
    return ok({ caller: current.value, message: message.value, newestKnownMs: conversation.value.newestMessageAtMs });
  };

const findCaller = async (
  { channels }: Pick<Dependencies, 'channels'>,
  channelId: string,
): Promise<Result<Caller, Obstacle>> => {
  const channel = await channels.access(channelId);
  const failure = channelFailure(channel);
  if (failure !== null) return refused(failure);
  const accessToken = channel.kind === 'known' ? channel.accessToken : null;
  return accessToken === null ? postponed('auth_unavailable') : ok({ channelId, accessToken });
};

/** Facts may be late, so a conversation that they do not know is looked up before it is refused. */
const findConversation = async (
  dependencies: Dependencies,
  caller: Caller,
  lane: Lane,
): Promise<Result<Known, Obstacle>> => {
  const { facts, tiktok } = dependencies;
  const fact = await facts.conversation(lane);
  if (fact.kind === 'known') return ok(fact);
  if (fact.kind === 'of_other_channel') return refused('conversation_of_other_channel');

  const found = await calling(dependencies, caller, (current) => tiktok.newestMessageAt(current, lane.conversationId));
  if (!found.ok) return isRefusal(found.error, 'tiktok_rejected') ? refused('conversation_unknown') : found;
  await facts.learnConversation(lane, found.value);
  return ok({ kind: 'known', newestMessageAtMs: found.value, hasEchoes: false });
};

const messageOf = async (
  dependencies: Dependencies,
  caller: Caller,
  command: SendReply,
  { hasEchoes }: Known,
): Promise<Result<TikTokMessage, Obstacle>> => {
  const content = checkContent(command);
  if (!content.ok) return refused(content.error);
  if (content.value.kind !== 'image') return ok(content.value);

  const { conversationId } = command;
  const capable = await calling(dependencies, caller, (current) =>
    dependencies.tiktok.canSendImages(current, { conversationId, hasReplied: hasEchoes }),
  );
  if (!capable.ok) return capable;
  if (!capable.value) return refused('images_not_available_here');
  return uploadImage(dependencies, caller, content.value.mediaId);
};

const uploadImage = async (
  dependencies: Dependencies,
  caller: Caller,
  mediaId: string,
): Promise<Result<TikTokMessage, Obstacle>> => {
  const image = await dependencies.images.fetch(mediaId);
  if (image.kind !== 'image')
    return image.kind === 'pending' ? postponed('image_pending') : refused(MISSING[image.kind]);
  if (image.bytes.length > CONTENT_LIMITS.imageBytes) return refused('image_too_large');
  if (!isSendableImageType(image.mediaType)) return refused('unsupported_image_type');
  const uploaded = await calling(dependencies, caller, (current) => dependencies.tiktok.uploadImage(current, image));
  return uploaded.ok ? ok({ kind: 'image', tiktokMediaId: uploaded.value }) : uploaded;
};

const MISSING = { unknown: 'image_unavailable', too_large: 'image_too_large' } as const satisfies Readonly<
  Record<'unknown' | 'too_large', FailureCode>
>;

/** A call with the caller's token; once more with a fresh one when TikTok refuses that. */
const calling = async <T>(
  { channels }: Pick<Dependencies, 'channels'>,
  caller: Caller,
  call: (caller: Caller) => Promise<CallResult<T>>,
): Promise<Result<T, Obstacle>> => {
  const first = await call(caller);
  if (first.kind === 'answered') return ok(first.value);
  if (!isTokenRejection(first.answer.code)) return refuse(obstacleOf(first.answer));

  channels.refused(caller.channelId, caller.accessToken);
  const fresh = await findCaller({ channels }, caller.channelId);
  if (!fresh.ok) return fresh;
  const second = await call(fresh.value);
  return second.kind === 'answered' ? ok(second.value) : refuse(obstacleOf(second.answer));
};

const obstacleOf = (answer: TikTokAnswer): Obstacle => {
  if (answer.code === TOO_MANY_REQUESTS) return { kind: 'postponed', reason: 'rate_limited' };
  const code = failureOfTikTokCode(answer.code);
  if (code === null) return { kind: 'postponed', reason: 'tiktok_unavailable' };
  return { kind: 'refused', code, tiktok: answer };
};

const isRefusal = (obstacle: Obstacle, code: FailureCode): boolean =>
  obstacle.kind === 'refused' && obstacle.code === code;

const refused = (code: FailureCode): Result<never, Obstacle> => refuse({ kind: 'refused', code, tiktok: null });

const postponed = (reason: DelayReason): Result<never, Obstacle> => refuse({ kind: 'postponed', reason });
