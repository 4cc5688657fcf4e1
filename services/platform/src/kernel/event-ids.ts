import { naturalId } from './natural-id.ts';

/**
 * The table of natural ids (`ce_id`): which parts make two records the same fact, per source. A redelivery and a
 * history import of one message have one id. `type` is the full record name.
 */
export const eventIds = {
  message: (type: string, channelId: string, messageId: string) => naturalId([type, channelId, messageId]),
  readMark: (type: string, channelId: string, conversationId: string, readUpToMs: number) =>
    naturalId([type, channelId, conversationId, String(readUpToMs)]),
  unrecognized: (type: string, channelId: string | null, rawBody: Uint8Array) =>
    naturalId([type, channelId ?? '', Buffer.from(rawBody).toString('latin1')]),
  streamEvent: (type: string, channelId: string, streamId: string, version: number) =>
    naturalId([type, channelId, streamId, String(version)]),
  snapshot: (type: string, channelId: string, conversationId: string, revision: number) =>
    naturalId([type, channelId, conversationId, String(revision)]),
  command: (type: string, channelId: string, replyId: string) => naturalId([type, channelId, replyId]),
} as const;
