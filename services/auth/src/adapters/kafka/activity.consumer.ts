import {
  type Batch,
  type BatchOutcome,
  type Decoded,
  decodeWith,
  type IncomingRecord,
} from '@tiktok-channel/platform/kafka';
import { storableText } from '@tiktok-channel/platform/kernel';
import type { Codec, DecodedRecord } from '@tiktok-channel/schemas';
import type { Activity, ChannelActivities } from '../../application/ports.ts';
import { judging } from './judging.ts';

export const ACTIVITY_GROUP = 'auth.activity';

/** When TikTok last delivered something for a channel, or accepted something; what history brought is neither. */
export const createActivityDecoder = (
  codec: () => Pick<Codec, 'decode'>,
): ((record: IncomingRecord) => Decoded<Activity> | Promise<Decoded<Activity>>) =>
  decodeWith(codec, (decoded) => {
    const activity = activityOf(decoded);
    return activity === null ? { kind: 'skip', reason: 'no_activity' } : { kind: 'record', value: activity };
  });

const activityOf = (decoded: DecodedRecord): Activity | null => {
  switch (decoded.name) {
    case 'MessageReceived':
    case 'MessageEchoed':
    case 'ReactionChanged':
    case 'ReferralReceived':
      return decoded.value.origin === 'HISTORY' ? null : delivered(decoded.value);
    case 'ConversationRead':
      return delivered(decoded.value);
    case 'ReplySent': {
      const { channelId, at } = decoded.value;
      return { channelId: storableText(channelId), lastDeliveryAtMs: null, lastSentAtMs: at };
    }
    default:
      return null;
  }
};

const delivered = ({
  channelId,
  receivedAt,
}: {
  readonly channelId: string;
  readonly receivedAt: number;
}): Activity => ({ channelId: storableText(channelId), lastDeliveryAtMs: receivedAt, lastSentAtMs: null });

/** One row per channel, however many records a batch has. */
export const createActivityBatchHandler =
  (activities: ChannelActivities) =>
  ({ records }: Batch<Activity>): Promise<BatchOutcome> =>
    judging(async () => {
      const byChannel = Map.groupBy(
        records.map(({ value }) => value),
        ({ channelId }) => channelId,
      );
      await activities.note([...byChannel].map(([channelId, noted]) => newest(channelId, noted)));
      return { kind: 'done' };
    });

const newest = (channelId: string, noted: readonly Activity[]): Activity => ({
  channelId,
  lastDeliveryAtMs: latest(noted.map(({ lastDeliveryAtMs }) => lastDeliveryAtMs)),
  lastSentAtMs: latest(noted.map(({ lastSentAtMs }) => lastSentAtMs)),
});

const latest = (times: readonly (number | null)[]): number | null =>
  times.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null);
