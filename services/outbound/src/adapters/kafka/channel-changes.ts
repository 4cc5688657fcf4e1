import type { Batch, BatchOutcome, Decoded, IncomingRecord } from '@tiktok-channel/platform/kafka';
import type { Codec } from '@tiktok-channel/schemas';
import { decodeWith } from './reply-command.codec.ts';

/** The channel that a record is about: every record of this topic says that something about it has changed. */
export const createChannelChangeDecoder = (codec: Pick<Codec, 'decode'>) => (record: IncomingRecord) =>
  decodeWith<string>(codec, record, (): Decoded<string> => {
    if (record.key === null) return { kind: 'skip', reason: 'not_for_outbound' };
    return { kind: 'record', value: record.key };
  });

/** The token of a channel that has changed is asked for anew. */
export const createChannelChangeHandler =
  (forgetChannel: (channelId: string) => void) =>
  async ({ records }: Batch<string>): Promise<BatchOutcome> => {
    for (const { value } of records) forgetChannel(value);
    return { kind: 'done' };
  };
