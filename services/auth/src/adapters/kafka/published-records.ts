import { cloudEventHeaders } from '@tiktok-channel/platform/kafka';
import { eventIds } from '@tiktok-channel/platform/kernel';
import type { OutboxRow } from '@tiktok-channel/platform/outbox';
import { type Codec, type RecordName, topics } from '@tiktok-channel/schemas';
import type { AuthorizationState } from '../../domain/authorization.ts';
import type { Channel, ChannelEvent } from '../../domain/channel.ts';

const SOURCE = '/tiktok-channel/auth';

/** The records that this service writes; their schema ids are looked up at start. */
export const WRITTEN_RECORDS = [
  'ChannelConnected',
  'ChannelReauthorized',
  'ChannelUpdated',
  'OperatorActed',
] as const satisfies readonly RecordName[];

export interface PublishedRecords {
  /** `version`: of the channel's stream after the event. */
  channelEvent(streamId: string, version: number, event: ChannelEvent): OutboxRow;
  authorizationStarted(state: AuthorizationState, atMs: number): OutboxRow;
  /** Published beside the channel's event. */
  authorizationCompleted(state: AuthorizationState, event: ChannelEvent): OutboxRow;
}

/** `traceparent`: of the work that is going on, so that its trace goes on behind the outbox. */
export const createPublishedRecords = (codec: Codec, traceparent: () => string | undefined): PublishedRecords => {
  const audit = (state: AuthorizationState, act: Act): OutboxRow => {
    const type = codec.fullName('OperatorActed');
    const { accountId, userId, attemptId } = state;
    const eventId = eventIds.streamEvent(type, accountId, `authorization-${attemptId}`, act.step);
    return {
      eventId,
      record: {
        topic: topics.audit.name,
        key: accountId,
        value: codec.encode('OperatorActed', {
          accountId,
          actor: userId,
          role: 'administrator',
          action: act.action,
          subject: act.subject,
          reason: null,
          at: act.atMs,
        }),
        headers: cloudEventHeaders({
          id: eventId,
          source: SOURCE,
          type,
          timeMs: act.atMs,
          subject: act.subject ?? accountId,
          partitionKey: accountId,
          correlationId: attemptId,
          traceparent: traceparent(),
        }),
      },
    };
  };
  return {
    channelEvent: (streamId, version, event) =>
      channelRecord(codec, { streamId, version, event, traceparent: traceparent() }),
    authorizationStarted: (state, atMs) =>
      audit(state, { step: 1, action: 'channel.authorization_started', subject: state.channelId, atMs }),
    authorizationCompleted: (state, { type, channel, atMs }) =>
      audit(state, {
        step: 2,
        action: type === 'ChannelConnected' ? 'channel.connected' : 'channel.reauthorized',
        subject: channel.channelId,
        atMs,
      }),
  };
};

/** `step`: place in the story of one attempt, which makes the record's id. */
interface Act {
  readonly step: 1 | 2;
  readonly action: string;
  readonly subject: string | null;
  readonly atMs: number;
}

const channelRecord = (
  codec: Codec,
  {
    streamId,
    version,
    event,
    traceparent,
  }: {
    readonly streamId: string;
    readonly version: number;
    readonly event: ChannelEvent;
    readonly traceparent: string | undefined;
  },
): OutboxRow => {
  const { channelId } = event.channel;
  const type = codec.fullName(event.type);
  const eventId = eventIds.streamEvent(type, channelId, streamId, version);
  return {
    eventId,
    record: {
      topic: topics.channels.name,
      key: channelId,
      value: codec.encode(event.type, { version, at: event.atMs, channel: recordOf(event.channel) }),
      headers: cloudEventHeaders({
        id: eventId,
        source: SOURCE,
        type,
        timeMs: event.atMs,
        subject: channelId,
        partitionKey: channelId,
        traceparent,
      }),
    },
  };
};

const STATUSES = {
  connected: 'CONNECTED',
  expiring: 'EXPIRING',
  needs_reauthorization: 'NEEDS_REAUTHORIZATION',
  disconnected: 'DISCONNECTED',
} as const;

const recordOf = (channel: Channel) => ({
  channelId: channel.channelId,
  accountId: channel.accountId,
  status: STATUSES[channel.status],
  username: channel.username,
  displayName: channel.displayName,
  profileImageUrl: channel.profileImageUrl,
  grantedScopes: [...channel.grantedScopes],
  missingScopes: [...channel.missingScopes],
  authorizedAt: channel.authorizedAtMs,
  visibleFrom: channel.visibleFromMs,
});
