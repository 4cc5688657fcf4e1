import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import {
  apiOf,
  type Bench,
  caughtUp,
  connected,
  prepareConversation,
  received,
  spawnConversation,
} from '../support/conversation.ts';
import { operatorApi } from '../support/operator-api.ts';
import { textContent } from '../support/records.ts';

const MESSAGES = 40;

describe('dead letters that are given back to two replicas, of which one is killed', () => {
  let bench: Bench;
  let replicas: Awaited<ReturnType<typeof spawnConversation>>[] = [];

  before(async function () {
    this.timeout(120_000);
    bench = await prepareConversation();
    replicas = [await spawnConversation(bench), await spawnConversation(bench)];
  });
  after(async function () {
    this.timeout(60_000);
    await Promise.all(replicas.map((replica) => replica.stop()));
    await bench.stop();
  });

  it('take effect, each once, also when both give them back at the same time', async function () {
    this.timeout(180_000);
    const [one, other] = replicas;
    if (one === undefined || other === undefined) throw new Error('there are two');
    const olga = await bench.identity.authorize({ accountId: 'operations', role: 'operator', userId: 'olga' });
    await bench.database.client.$executeRawUnsafe(
      `ALTER TABLE projection_1.messages ADD CONSTRAINT no_bad_text CHECK (body NOT LIKE 'bad%')`,
    );
    const ids = Array.from({ length: MESSAGES }, (_, index) => `M-${String(index).padStart(2, '0')}`);
    await bench.publish(
      connected(),
      ...ids.map((messageId, index) =>
        received({
          conversationId: 'C-1',
          messageId,
          sentAt: 1_767_225_600_000 + index,
          content: textContent(index % 2 === 0 ? 'good' : 'bad'),
        }),
      ),
    );
    await caughtUp(bench);
    await bench.database.client.$executeRawUnsafe('ALTER TABLE projection_1.messages DROP CONSTRAINT no_bad_text');

    const everything = { all: true, reason: 'version 2 stores it' };
    const answers = await Promise.all(
      [one, other].map(({ publicUrl }) => operatorApi(publicUrl, olga).post('/dead-letters/redrive', everything)),
    );
    await one.kill();
    replicas = [other];

    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200]);
    const agent = apiOf(other.publicUrl, await bench.identity.authorize({ accountId: 'account-1' }));
    await eventually('all are shown', async () => (await agent.messages('C-1')).length === MESSAGES, {
      withinMs: 60_000,
    });
    expect((await agent.messages('C-1')).map(({ messageId }) => messageId)).to.deep.equal(ids);
    const again = await operatorApi(other.publicUrl, olga).post('/dead-letters/redrive', everything);
    expect(again.body).to.deep.equal({ redriven: 0, skipped: { already_redriven: MESSAGES / 2 } });
  });
});
