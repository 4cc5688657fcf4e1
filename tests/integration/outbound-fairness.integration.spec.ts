import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { type Conversation, createOutboundWorld, type OutboundWorld, replyIn } from '../support/outbound.ts';

const PER_SECOND = 6;
const SMALL_CHANNELS = 20;
const BACKLOG = 5_000;
const BUSY_CONVERSATIONS = 50;

describe('outbound, with a channel that has thousands of replies waiting,', function () {
  this.timeout(180_000);
  let world: OutboundWorld;
  let busy: readonly Conversation[];
  let small: readonly Conversation[];

  beforeEach(async () => {
    world = await createOutboundWorld();
    const busyChannel = await world.newChannel();
    busy = await inSequence(BUSY_CONVERSATIONS, () => world.newConversation(busyChannel, 1));
    small = await inSequence(SMALL_CHANNELS, async () => world.newConversation(await world.newChannel(), 1));
  });
  afterEach(() => world.stop());

  for (const replicas of [1, 2]) {
    it(`sends one reply of each of twenty other channels in their turn, by ${replicas} of its replicas`, async () => {
      for (let each = 0; each < replicas; each += 1) {
        await world.startOutbound({ OUTBOUND_REQUESTS_PER_SECOND: String(PER_SECOND) });
      }
      await eventually(
        'the facts are there',
        async () => (await factsOf(world)) === BUSY_CONVERSATIONS + SMALL_CHANNELS,
      );
      await world.send(
        ...Array.from({ length: BACKLOG }, (_, i) => replyIn(busy[i % busy.length] as Conversation, { text: `${i}` })),
      );
      await eventually('all of them wait', () => queuedOf(world) === BACKLOG, { withinMs: 60_000 });

      const commands = small.map((conversation) => replyIn(conversation, { text: 'In turn.' }));
      const askedAt = Date.now();
      await world.send(...commands);
      const leftAfter = await Promise.all(
        small.map((conversation) =>
          eventually('it is on the phone', async () => (await sentAt(world, conversation)) - askedAt || null, {
            withinMs: 30_000,
            everyMs: 200,
          }),
        ),
      );

      expect(Math.max(...leftAfter)).to.be.below((1_000 * (SMALL_CHANNELS + 1)) / PER_SECOND + 1_000);
    });
  }
});

const inSequence = async <T>(count: number, make: () => Promise<T>): Promise<readonly T[]> => {
  const made: T[] = [];
  for (let each = 0; each < count; each += 1) made.push(await make());
  return made;
};

const factsOf = async ({ database }: OutboundWorld): Promise<number> => {
  const [row] = await database.client.$queryRawUnsafe<{ count: bigint }[]>(
    'SELECT count(*) FROM (SELECT FROM customer_messages GROUP BY conversation_id HAVING count(*) = 2) known',
  );
  return Number(row?.count);
};

const queuedOf = ({ statuses }: OutboundWorld): number =>
  new Set(statuses.filter(({ name }) => name === 'ReplyQueued').map(({ value }) => value.replyId)).size;

const sentAt = async (world: OutboundWorld, conversation: Conversation): Promise<number> =>
  (await world.phone(conversation)).find(({ text }) => text === 'In turn.')?.at ?? Number.NaN;
