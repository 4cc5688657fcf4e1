import { operatorSettings } from '@tiktok-channel/local';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { type Driver, drive } from '../support/driver.ts';
import { alertPages, blocksOf, createDesk } from '../support/runbooks.ts';
import { useSystem } from '../support/system.ts';

interface Build {
  readonly build: number;
  readonly state: string;
}

describe('the procedures of operators, as they are written down', function () {
  this.timeout(300_000);
  const system = useSystem();
  let driver: Driver;
  let business: string;
  let desk: ReturnType<typeof createDesk>;

  before(async () => {
    driver = drive(system().addresses);
    business = await driver.connect();
    const [auth = '', conversation = '', outbound = ''] = system().databaseUrls;
    desk = createDesk({
      environment: {
        ...operatorSettings(system().addresses),
        KAFKA_TOPIC_PREFIX: system().topicPrefix,
        AUTH_DATABASE_URL: auth,
        CONVERSATION_DATABASE_URL: conversation,
        OUTBOUND_DATABASE_URL: outbound,
        OPERATOR_TOKEN: await driver.token('operator'),
      },
    });
  });

  const builds = async (): Promise<readonly Build[]> =>
    JSON.parse(await desk.run('tiktok-channel projections list --json'));

  it('rebuild the read models while messages come', async () => {
    const [start = '', compare = '', change = '', drop = ''] = await blocksOf('procedures/rebuild.md');
    const { conversationId, messageId } = await driver
      .customer(business)
      .send({ type: 'text', text: 'Is it in stock?' });
    await driver.messageIs(conversationId, messageId);
    const [old] = await builds();

    await desk.run(start);
    const fresh = await eventually('there is another build', async () =>
      (await builds()).find(({ build }) => build !== old?.build),
    );
    const during = await driver.customer(business).send({ type: 'text', text: 'And in red?' });
    await driver.messageIs(during.conversationId, during.messageId);
    await desk.run(compare, { build: String(fresh.build) });
    await desk.run(change, { build: String(fresh.build) });

    expect((await builds()).find(({ state }) => state === 'served')).to.include({ build: fresh.build });
    await driver.messageIs(conversationId, messageId);
    await driver.messageIs(during.conversationId, during.messageId);
    await desk.run(drop, { build: String(old?.build) });
    expect((await builds()).map(({ build }) => build)).to.deep.equal([fresh.build]);
  });

  it('import what webhooks missed', async () => {
    const [channel = '', conversation = '', watch = ''] = await blocksOf('procedures/history-repair.md');
    const from = new Date().toISOString();
    await driver.faults({ deliveries_delayed_ms: 30 * 24 * 3_600_000 });
    const missed = await driver.customer(business).send({ type: 'text', text: 'Hello?' });
    await driver.faults({});

    await desk.run(channel, { channel: business, name: 'olga' });
    await driver.messageIs(missed.conversationId, missed.messageId);
    await desk.run(conversation, { channel: business, id: missed.conversationId, name: 'olga' });
    expect(await desk.run(watch.replace('--count 5', '--count 1'), { time: from })).to.include(
      'HistoryImportProgressed',
    );
  });

  it('look before an upgrade, take its step, and give back what was not understood', async () => {
    const [look = '', step = '', , , givenBack = ''] = await blocksOf('procedures/upgrade-and-rollback.md');

    await desk.run(look);
    await desk.run(step);
    await desk.run(givenBack);
  });

  it('look at everything that alerts ask to look at', async () => {
    const blocks = await Promise.all((await alertPages()).map((page) => blocksOf(page)));
    const lines = new Set(blocks.flat().flatMap((block) => block.trim().split('\n')));
    const looks = [...lines].filter((line) => /^(?:tiktok-channel|curl) /.test(line) && !/<(?!time>)/.test(line));
    expect(looks).to.have.lengthOf.above(10);
    const isWatched = (line: string) => line.startsWith('tiktok-channel tail ');
    const look = (line: string) => desk.run(line, { time: '2026-01-01T00:00:00Z' });
    // A look at a topic lasts until somebody ends it, and what it waits for may never come here.
    const watching = looks.filter(isWatched).map((line) => look(`timeout --signal=INT 4 ${line} || test $? -eq 124`));
    const lookAtOthers = async () => {
      for (const line of looks.filter((each) => !isWatched(each))) await look(line);
    };
    await Promise.all([lookAtOthers(), ...watching]);
  });
});
