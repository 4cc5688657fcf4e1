import { cloudEventHeaders } from '@tiktok-channel/platform/kafka';
import { assertNever, eventIds } from '@tiktok-channel/platform/kernel';
import type { OutboxRow } from '@tiktok-channel/platform/outbox';
import { failureCatalogue } from '@tiktok-channel/platform/reply-rules';
import { type Codec, type RecordName, topics } from '@tiktok-channel/schemas';
import type { AcceptedReply, ReplyEvent, ReplyState } from '../../domain/reply.ts';

export const WRITTEN_RECORDS = [
  'ReplyQueued',
  'ReplyDelayed',
  'ReplySent',
  'ReplyDelivered',
  'ReplyRead',
  'ReplyFailed',
  'ReplyOutcomeUnknown',
  'ReplyCancelled',
] as const satisfies readonly RecordName[];

interface Recorded {
  readonly streamId: string;
  readonly version: number;
  readonly event: ReplyEvent;
  /** After the event. */
  readonly state: ReplyState;
}

/** What subscribers are told of an event of a reply's stream; attempts stay inside. Its id is that of stream and version. */
export const createStatusPublisher =
  (codec: Pick<Codec, 'encode' | 'fullName'>) =>
  ({ streamId, version, event, state }: Recorded): readonly OutboxRow[] => {
    if (state.status === 'none') return [];
    const status = statusOf(codec, event, state);
    if (status === null) return [];

    const { replyId, channelId, conversationId } = state.command;
    const { eventId: causationId, correlationId, traceparent } = state.origin;
    const type = codec.fullName(status.name);
    const id = eventIds.streamEvent(type, channelId, streamId, version);
    const headers = cloudEventHeaders({
      id,
      source: '/tiktok-channel/outbound',
      type,
      timeMs: event.atMs,
      subject: replyId,
      partitionKey: conversationId,
      ...(correlationId === null ? {} : { correlationId }),
      ...(causationId === null ? {} : { causationId }),
      ...(traceparent === null ? {} : { traceparent }),
    });
    return [
      { eventId: id, record: { topic: topics.statuses.name, key: conversationId, value: status.value, headers } },
    ];
  };

interface EncodedStatus {
  readonly name: (typeof WRITTEN_RECORDS)[number];
  readonly value: Buffer;
}

const statusOf = (codec: Pick<Codec, 'encode'>, event: ReplyEvent, state: AcceptedReply): EncodedStatus | null => {
  const { command, attempts } = state;
  const { replyId, channelId, conversationId } = command;
  const about = { replyId, channelId, conversationId, at: event.atMs };
  const encoded = <Name extends EncodedStatus['name']>(
    name: Name,
    value: Parameters<typeof codec.encode<Name>>[1],
  ) => ({
    name,
    value: codec.encode(name, value),
  });
  switch (event.type) {
    case 'ReplyQueued':
      return encoded('ReplyQueued', { ...about, command });
    case 'ReplyDelayed':
      return encoded('ReplyDelayed', { ...about, reason: event.reason, until: event.untilMs, attempts });
    case 'ReplySent':
      return encoded('ReplySent', { ...about, messageId: event.tiktokMessageId, attempts, corrects: event.corrects });
    case 'ReplyDelivered':
    case 'ReplyRead':
      return encoded(event.type, { ...about, messageId: 'tiktokMessageId' in state ? state.tiktokMessageId : null });
    case 'ReplyOutcomeUnknown':
      return encoded('ReplyOutcomeUnknown', { ...about, settled: event.settled, attempts });
    case 'ReplyFailed':
      return encoded('ReplyFailed', { ...about, ...failureFields(event), attempts });
    case 'ReplyCancelled':
      return encoded('ReplyCancelled', { ...about, requestedBy: event.requestedBy, attempts });
    case 'CancelRequested':
    case 'AttemptStarted':
    case 'AttemptFailed':
    case 'AbsenceSeen':
      return null;
    default:
      return assertNever(event);
  }
};

const failureFields = ({ code, tiktok, nextAllowedMs }: Extract<ReplyEvent, { readonly type: 'ReplyFailed' }>) => {
  const { retryable, sentence, advice } = failureCatalogue[code];
  return { code, retryable, nextAllowedAt: nextAllowedMs, message: sentence, advice, tiktok };
};
