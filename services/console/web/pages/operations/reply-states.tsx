import type { ListedReply } from '../../api/types.ts';
import { exactTime } from '../../time/format.ts';
import { Pill, type Tone } from '../../ui/pill.tsx';
import { words } from '../../words.ts';
import type { ReplyState } from './queries.ts';

const { states, delays, until } = words.operations.replies;

const TONES: Readonly<Record<ReplyState, Tone>> = {
  queued: 'neutral',
  delayed: 'warn',
  attempting: 'neutral',
  settling: 'warn',
  sent: 'good',
  failed: 'bad',
  unknown: 'bad',
  cancelled: 'neutral',
};

export const isReplyState = (text: string): text is ReplyState => Object.hasOwn(TONES, text);

/** In the order in which a reply passes through them. */
export const REPLY_STATES = Object.keys(TONES).filter(isReplyState);

export const StatePill = ({ state }: { readonly state: ReplyState }) => (
  <Pill tone={TONES[state]}>{states[state]}</Pill>
);

/** What stands in its way, or why it failed; null where nothing does. */
export const whyOf = ({
  failure,
  delayReason,
  delayedUntil,
}: Pick<ListedReply, 'failure' | 'delayReason' | 'delayedUntil'>): string | null => {
  if (failure !== null) return failure.message;
  if (delayReason === null) return null;
  const why = Object.hasOwn(delays, delayReason) ? delays[delayReason as keyof typeof delays] : delayReason;
  // An operator decides until when: the time is that of its expiry.
  if (delayedUntil === null || delayReason === 'channel_paused') return why;
  return until(why, exactTime(delayedUntil));
};

/** A verdict that may be asked for anew. */
export const canRetry = (state: ReplyState): boolean =>
  state === 'failed' || state === 'unknown' || state === 'cancelled';

/** It waits, and no attempt is open. */
export const canCancel = (state: ReplyState): boolean => state === 'queued' || state === 'delayed';
