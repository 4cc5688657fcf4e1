import { type Batch, type BatchOutcome, type Decoded, decodeWith } from '@tiktok-channel/platform/kafka';
import type { Codec } from '@tiktok-channel/schemas';

/** The channel that a record is about: every record of this topic says that something about it has changed. */
export const createChannelChangeDecoder = (codec: Pick<Codec, 'decode'>) =>
  decodeWith(
    () => codec,
    (_decoded, { key }): Decoded<string> =>
      key === null ? { kind: 'skip', reason: 'not_for_outbound' } : { kind: 'record', value: key },
  );

/** The token of a channel that has changed is asked for anew. */
export const createChannelChangeHandler =
  (forgetChannel: (channelId: string) => void) =>
  async ({ records }: Batch<string>): Promise<BatchOutcome> => {
    for (const { value } of records) forgetChannel(value);
    return { kind: 'done' };
  };
