import type { Clock } from '@tiktok-channel/platform/kernel';
import { decide } from '../domain/decide-reply.ts';
import { initial } from '../domain/reply.ts';
import { fingerprintOf, streamIdOf } from '../domain/send-reply.ts';
import type { IncomingCommand, NewReply, ReplyIntake } from './ports.ts';

/** `reply_id_reused`: there is another reply of that id, with other content. */
type Acceptance = 'accepted' | 'accepted_before' | 'reply_id_reused';

export type AcceptCommands = (incoming: readonly IncomingCommand[]) => Promise<readonly Acceptance[]>;

/**
 * Puts commands into the streams of their replies, in their order; sending them is the dispatcher's work, so a slow TikTok
 * stalls no partition. The same commands again change nothing.
 */
export const createAcceptCommands =
  ({
    intake,
    clock,
    onAccepted,
  }: {
    readonly intake: ReplyIntake;
    readonly clock: Clock;
    /** Wakes the dispatcher. */
    readonly onAccepted: () => void;
  }): AcceptCommands =>
  async (incoming) => {
    const atMs = clock.now();
    const replies = incoming.map((each) => newReplyOf(each, atMs));
    const started = await intake.start(replies, atMs);
    if (started.size > 0) onAccepted();

    const known = replies.filter((reply) => !started.has(reply));
    const fingerprints = await intake.fingerprintsOf(known.map(({ streamId }) => streamId));
    return replies.map((reply) => {
      if (started.has(reply)) return 'accepted';
      return fingerprints.get(reply.streamId) === reply.fingerprint ? 'accepted_before' : 'reply_id_reused';
    });
  };

const newReplyOf = ({ command, origin }: IncomingCommand, atMs: number): NewReply => {
  const decided = decide({ type: 'AcceptReply', command, origin, atMs }, initial);
  const events = decided.ok ? decided.value : [];
  return { streamId: streamIdOf(command), fingerprint: fingerprintOf(command), command, events };
};
