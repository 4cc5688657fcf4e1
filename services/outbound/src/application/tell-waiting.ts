import { type Clock, DependencyUnavailable, type Logger } from '@tiktok-channel/platform/kernel';
import { TOLD_FROM_MS } from '../domain/waiting.ts';
import type { Replies, WaitingReplies } from './ports.ts';

export interface TellWaitingDependencies {
  readonly waiting: WaitingReplies;
  readonly replies: Replies;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly pause: (ms: number, options: { readonly signal: AbortSignal }) => Promise<unknown>;
}

/** Few, so that those that are sent meanwhile wait for none of it. */
const BATCH = 50;
const LOOK_EVERY_MS = 1_000;

/** Tells the senders of replies that wait for others, in their lane or at the rate, for longer than usual, and of those that expire meanwhile. */
export const createWaitTeller = ({ waiting, replies, clock, logger, pause }: TellWaitingDependencies) => {
  const stopping = new AbortController();
  let loop: Promise<void> | null = null;

  const tell = (streamId: string) =>
    replies.handle(streamId, { type: 'DelayReply', reason: 'waiting_for_turn', untilMs: null, atMs: clock.now() });
  const expire = (streamId: string) => replies.handle(streamId, { type: 'ExpireReply', atMs: clock.now() });
  /** Answers whether there may be more; so does the next. */
  const expireSome = async (): Promise<boolean> => {
    const streamIds = await waiting.expiredAt(clock.now(), BATCH);
    await Promise.all(streamIds.map(expire));
    return streamIds.length === BATCH;
  };
  const tellSome = async (): Promise<boolean> => {
    const streamIds = await waiting.waitingSince(clock.now() - TOLD_FROM_MS, BATCH);
    await Promise.all(streamIds.map(tell));
    if (streamIds.length > 0) await waiting.forget(streamIds);
    return streamIds.length === BATCH;
  };
  const round = async (): Promise<void> => {
    try {
      if ((await expireSome()) || (await tellSome())) return;
    } catch (error) {
      if (!(error instanceof DependencyUnavailable)) logger.warn('waiting.not_told', {}, error);
    }
    await pause(LOOK_EVERY_MS, { signal: stopping.signal }).catch(() => {
      // It is told to stop.
    });
  };
  return {
    name: 'wait teller',
    start: (): void => {
      loop = (async () => {
        while (!stopping.signal.aborted) await round();
      })();
    },
    stop: async (): Promise<void> => {
      stopping.abort();
      await loop;
    },
  };
};
