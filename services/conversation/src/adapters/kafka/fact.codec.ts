import { type Decoded, decodeWith } from '@tiktok-channel/platform/kafka';
import { storableText } from '@tiktok-channel/platform/kernel';
import type { ChannelState, Codec, DecodedRecord, Records } from '@tiktok-channel/schemas';
import type { ChannelFact, ChannelStatus, Fact } from '../../domain/facts.ts';
import { reactionFact, referralFact } from './meeting-facts.ts';
import { messageFact } from './message-facts.ts';
import { delayedReply, failedReply, queuedReply, replyFact, unknownReply } from './reply-facts.ts';

/** Avro to facts. What this code has no use for is skipped; what cannot be read becomes a dead letter. */
export const createFactDecoder = (codec: () => Pick<Codec, 'decode'>) => decodeWith(codec, factOf);

const factOf = (decoded: DecodedRecord): Decoded<Fact> => {
  if (decoded.name === null) return { kind: 'skip', reason: 'unknown_record' };
  const mapper = MAPPERS[decoded.name] as ((value: unknown) => Fact) | undefined;
  return mapper === undefined
    ? { kind: 'skip', reason: 'not_projected' }
    : { kind: 'record', value: mapper(decoded.value) };
};

type Mappers = { readonly [Name in keyof Records]?: (value: Records[Name]) => Fact };

const MAPPERS: Mappers = {
  MessageReceived: (record) => ({ type: 'message', fact: messageFact('incoming', record) }),
  MessageEchoed: (record) => ({ type: 'message', fact: messageFact('outgoing', record) }),
  ReactionChanged: (record) => ({ type: 'reaction', fact: reactionFact(record) }),
  ReferralReceived: (record) => ({ type: 'referral', fact: referralFact(record) }),
  EuropeanMessageNoticed: ({ channelId, sentAt }) => ({
    type: 'europeanNotice',
    fact: { channelId: storableText(channelId), sentAt },
  }),
  ConversationRead: (record) => ({
    type: 'readMark',
    fact: {
      channelId: storableText(record.channelId),
      conversationId: storableText(record.conversationId),
      readUpTo: record.readUpTo,
    },
  }),
  ReplyQueued: (record) => ({ type: 'reply', fact: queuedReply(record) }),
  ReplyDelayed: (record) => ({ type: 'reply', fact: delayedReply(record) }),
  ReplySent: (record) => ({ type: 'reply', fact: replyFact(record, 'sentAt') }),
  ReplyDelivered: (record) => ({ type: 'reply', fact: replyFact(record, 'deliveredAt') }),
  ReplyRead: (record) => ({ type: 'reply', fact: replyFact(record, 'readAt') }),
  ReplyFailed: (record) => ({ type: 'reply', fact: failedReply(record) }),
  ReplyOutcomeUnknown: (record) => ({ type: 'reply', fact: unknownReply(record) }),
  ReplyCancelled: (record) => ({ type: 'reply', fact: replyFact(record, 'cancelledAt') }),
  ChannelConnected: (record) => ({ type: 'channel', fact: channelFact(record) }),
  ChannelUpdated: (record) => ({ type: 'channel', fact: channelFact(record) }),
  ChannelReauthorizationRequired: (record) => ({ type: 'channel', fact: channelFact(record) }),
  ChannelDisconnected: (record) => ({ type: 'channel', fact: channelFact(record) }),
  ChannelReauthorized: (record) => ({ type: 'channel', fact: channelFact(record) }),
};

const channelFact = ({ version, channel }: { version: number; channel: ChannelState }): ChannelFact => ({
  channelId: storableText(channel.channelId),
  version,
  accountId: storableText(channel.accountId),
  status: channel.status.toLowerCase() as ChannelStatus,
  visibleFrom: channel.visibleFrom,
});
