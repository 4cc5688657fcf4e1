import { cloudEventHeaders } from '@tiktok-channel/platform/kafka';
import { eventIds } from '@tiktok-channel/platform/kernel';
import type { OutboxRow } from '@tiktok-channel/platform/outbox';
import { type Codec, type RecordName, topics } from '@tiktok-channel/schemas';
import type { Act } from '../../application/ports.ts';
import type { AuthorizationState } from '../../domain/authorization.ts';
import { type Channel, type ChannelEvent, isReleased } from '../../domain/channel.ts';
import type { Feature } from '../../domain/features.ts';
import { auditRecord } from './audit-records.ts';
import { SOURCE } from './source.ts';

/** The records that this service writes; their schema ids are looked up at start. */
export const WRITTEN_RECORDS = [
  'ChannelConnected',
  'ChannelReauthorized',
  'ChannelUpdated',
  'ChannelReauthorizationRequired',
  'ChannelDisconnected',
  'ImportHistory',
  'OperatorActed',
] as const satisfies readonly RecordName[];

export interface PublishedRecords {
  /** `version`: of the channel's stream after the event. */
  channelEvent(streamId: string, version: number, event: ChannelEvent): OutboxRow;
  authorizationStarted(state: AuthorizationState, atMs: number): OutboxRow;
  /** Beside the channel's event: the audit, and the request for what was written while nobody listened. */
  authorizationCompleted(state: AuthorizationState, event: ChannelEvent): readonly OutboxRow[];
  channelEnded(act: Act, event: ChannelEvent): OutboxRow;
  featureSwitched(
    act: Act,
    wanted: { readonly accountId: string; readonly feature: Feature; readonly isEnabled: boolean },
    atMs: number,
  ): OutboxRow;
  tokensResealed(act: Act, atMs: number): OutboxRow;
}

/** `traceparent`: of the work that is going on, so that its trace goes on behind the outbox. */
export const createPublishedRecords = (codec: Codec, traceparent: () => string | undefined): PublishedRecords => {
  const ofAttempt = (
    { accountId, userId, attemptId }: AuthorizationState,
    step: { readonly step: 1 | 2; readonly action: string; readonly subject: string | null; readonly atMs: number },
  ): OutboxRow => {
    const story = `authorization-${attemptId}`;
    const who = { accountId, userId, role: 'administrator', reason: null, correlationId: attemptId } as const;
    return auditRecord(codec, { ...who, story, ...step }, traceparent());
  };
  const ofAct = (
    { actId, ...who }: Act,
    done: {
      readonly accountId: string | null;
      readonly action: string;
      readonly subject: string;
      readonly atMs: number;
    },
  ): OutboxRow => auditRecord(codec, { ...who, ...done, story: `act-${actId}`, step: 1 }, traceparent());

  return {
    channelEvent: (streamId, version, event) =>
      channelRecord(codec, { streamId, version, event, traceparent: traceparent() }),
    authorizationStarted: (state, atMs) =>
      ofAttempt(state, { step: 1, action: 'channel.authorization_started', subject: state.channelId, atMs }),
    authorizationCompleted: (state, { type, channel, atMs }) => {
      const isNew = type === 'ChannelConnected';
      const action = isNew ? 'channel.connected' : 'channel.reauthorized';
      return [
        ofAttempt(state, { step: 2, action, subject: channel.channelId, atMs }),
        historyRequest(codec, {
          requestId: `authorization-${state.attemptId}`,
          channelId: channel.channelId,
          reason: isNew ? 'connected' : 'reauthorized',
          atMs,
          traceparent: traceparent(),
        }),
      ];
    },
    channelEnded: (act, { channel, atMs }) =>
      ofAct(act, {
        accountId: channel.accountId,
        action: isReleased(channel) ? 'channel.released' : 'channel.disconnected',
        subject: channel.channelId,
        atMs,
      }),
    featureSwitched: (act, { accountId, feature, isEnabled }, atMs) =>
      ofAct(act, { accountId, action: isEnabled ? 'feature.enabled' : 'feature.disabled', subject: feature, atMs }),
    tokensResealed: (act, atMs) =>
      ofAct(act, { accountId: null, action: 'tokens.reencrypted', subject: 'tokens', atMs }),
  };
};

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
      value: encode(codec, version, event),
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

const encode = (codec: Codec, version: number, { type, channel, atMs }: ChannelEvent): Buffer => {
  const fields = { version, at: atMs, channel: recordOf(channel) };
  if (type !== 'ChannelReauthorizationRequired' && type !== 'ChannelDisconnected') return codec.encode(type, fields);
  return codec.encode(type, { ...fields, reason: channel.statusReason ?? 'unknown' });
};

const historyRequest = (
  codec: Codec,
  request: {
    readonly requestId: string;
    readonly channelId: string;
    readonly reason: string;
    readonly atMs: number;
    readonly traceparent: string | undefined;
  },
): OutboxRow => {
  const { requestId, channelId, reason, atMs, traceparent } = request;
  const type = codec.fullName('ImportHistory');
  const eventId = eventIds.command(type, channelId, requestId);
  return {
    eventId,
    record: {
      topic: topics.historyRequests.name,
      key: channelId,
      value: codec.encode('ImportHistory', {
        requestId,
        channelId,
        conversationId: null,
        noticedAt: null,
        reason,
        requestedBy: 'auth',
        requestedAt: atMs,
      }),
      headers: cloudEventHeaders({
        id: eventId,
        source: SOURCE,
        type,
        timeMs: atMs,
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
  statusReason: channel.statusReason,
  username: channel.username,
  displayName: channel.displayName,
  profileImageUrl: channel.profileImageUrl,
  grantedScopes: [...channel.grantedScopes],
  missingScopes: [...channel.missingScopes],
  authorizedAt: channel.authorizedAtMs,
  visibleFrom: channel.visibleFromMs,
});
