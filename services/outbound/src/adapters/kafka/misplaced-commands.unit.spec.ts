import { partitionOf } from '@tiktok-channel/platform/kafka';
import { expect } from 'chai';
import { sendReply } from '../../../test/send-reply.ts';
import type { IncomingCommand } from '../../application/ports.ts';
import { createMisplacedCounter } from './misplaced-commands.ts';

const command = sendReply();
const origin = { eventId: null, correlationId: null, traceparent: null };
const value: IncomingCommand = { kind: 'reply', command, origin };
const inPartition = (partition: number) => ({
  value,
  record: { topic: 't', partition, offset: 0n, timestampMs: 0, key: null, value: null, headers: {} },
});

describe('a command in a partition', () => {
  const place = partitionOf(command.conversationId, 12);
  const counted = async (partition: number, partitions: () => Promise<number>): Promise<number> => {
    let count = 0;
    const countMisplaced = createMisplacedCounter({ partitions, count: () => count++ });
    await countMisplaced([inPartition(partition)]);
    return count;
  };

  it('of its conversation is not counted', async () => expect(await counted(place, async () => 12)).to.equal(0));
  it('of another one is', async () => expect(await counted((place + 1) % 12, async () => 12)).to.equal(1));
  it('is not when nobody knows how many there are', async () =>
    expect(await counted((place + 1) % 12, () => Promise.reject(new Error('away')))).to.equal(0));
});
