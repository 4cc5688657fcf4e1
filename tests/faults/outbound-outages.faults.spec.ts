import { setTimeout as wait } from 'node:timers/promises';
import type { SendReply } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import { type CuttableLine, cuttableLine } from '../support/cuttable-line.ts';
import { PNG } from '../support/images.ts';
import { type KafkaProxy, startKafkaProxy } from '../support/kafka-proxy.ts';
import { type Conversation, createOutboundWorld, isVerdict, type OutboundWorld, replyIn } from '../support/outbound.ts';
import { attachment } from '../support/records.ts';

const CONVERSATIONS = 6;
const EACH = 4;
const AWAY_MS = 3_000;

describe('outbound, while something that it needs is away,', function () {
  this.timeout(120_000);
  let world: OutboundWorld;
  let database: CuttableLine;
  let broker: KafkaProxy;
  let conversations: readonly Conversation[];

  before(async () => {
    world = await createOutboundWorld();
    await world.faults({ rate_limit_qps: 0, quota_off: true });
    world.media.set('media-1', { status: 200, type: 'image/png', bytes: PNG });
    database = await cuttableLine(world.database.url);
    broker = await startKafkaProxy(world.environment.KAFKA_BROKERS ?? '');
    await world.startOutbound({
      DATABASE_URL: database.url,
      KAFKA_BROKERS: broker.address,
      OUTBOUND_REQUESTS_PER_SECOND: '10',
    });
    const channelId = await world.newChannel();
    const made: Conversation[] = [];
    for (let each = 0; each < CONVERSATIONS; each += 1) made.push(await world.newConversation(channelId, 1));
    conversations = made;
  });
  after(async () => {
    await world.stop();
    await database.cut();
    await broker.stop();
  });

  const answersOf = async (conversation: Conversation) =>
    (await world.phone(conversation))
      .filter(({ from }) => from === 'business')
      .map(({ text, type }) => text ?? type)
      .slice(-EACH);
  /** The last of each conversation is an image, for which conversation is asked. */
  const replies = (name: string): readonly SendReply[] =>
    Array.from({ length: EACH }, (_, index) =>
      conversations.map((conversation) =>
        replyIn(
          conversation,
          index === EACH - 1
            ? { text: null, attachments: [attachment({ kind: 'IMAGE', mediaId: 'media-1' })] }
            : { text: `${name} ${index}` },
        ),
      ),
    ).flat();

  const outages: Readonly<Record<string, readonly [away: () => unknown, back: () => unknown]>> = {
    auth: [
      async () => {
        world.away.add('auth');
        // So that no remembered token helps.
        await world.channelChanged(conversations[0]?.channelId ?? '');
      },
      () => world.away.delete('auth'),
    ],
    conversation: [() => world.away.add('conversation'), () => world.away.delete('conversation')],
    database: [() => database.cut(), () => database.mend()],
    broker: [() => broker.cut(), () => broker.mend()],
    TikTok: [
      () => world.faults({ rate_limit_qps: 0, quota_off: true, api_away: true }),
      () => world.faults({ rate_limit_qps: 0, quota_off: true }),
    ],
  };
  for (const [name, [away, back]] of Object.entries(outages)) {
    it(`${name}, loses nothing and doubles nothing`, async () => {
      const commands = replies(name);
      await world.send(...commands);
      await wait(500);
      await away();
      await wait(AWAY_MS);
      await back();

      const verdicts = await verdictsOf(commands);
      expect(verdicts).to.deep.equal(commands.map(() => ['ReplySent']));
      for (const conversation of conversations) {
        expect(await answersOf(conversation)).to.deep.equal([`${name} 0`, `${name} 1`, `${name} 2`, 'image']);
      }
    });
  }

  it('never sends what expired meanwhile', async () => {
    world.away.add('auth');
    const [conversation] = conversations as readonly [Conversation];
    await world.channelChanged(conversation.channelId);
    await wait(1_000);
    const command = replyIn(conversation, { text: 'Too late.', expiresAt: world.now() + 1_500 });
    await world.send(command);
    await wait(2_000);
    world.away.delete('auth');

    expect((await world.verdict(command.replyId, 30_000)).value).to.include({ code: 'expired', attempts: 0 });
    expect(await answersOf(conversation)).not.to.include('Too late.');
  });

  /** Minutes pass in TikTok's time, so that what is uncertain is settled. */
  const verdictsOf = async (commands: readonly SendReply[]): Promise<readonly (readonly string[])[]> => {
    /** What was published just before the database went away, and could not be marked, comes again under the same id. */
    const namesOf = ({ replyId }: SendReply) => {
      const verdicts = world.statuses.filter((status) => status.value.replyId === replyId && isVerdict(status));
      return [...new Map(verdicts.map(({ id, name }) => [id, name])).values()];
    };
    for (let tens = 0; tens < 100 && commands.some((command) => namesOf(command).length === 0); tens += 1) {
      await wait(500);
      if (tens > 20) await world.advance(10);
    }
    return commands.map(namesOf);
  };
});
