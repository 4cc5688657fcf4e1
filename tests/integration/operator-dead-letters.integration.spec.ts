import { eventually } from '@tiktok-channel/platform/testing';
import { topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import {
  apiOf,
  type Bench,
  caughtUp,
  connected,
  prepareConversation,
  type RunningConversation,
  received,
  startConversation,
} from '../support/conversation.ts';
import { readTopic } from '../support/kafka.ts';
import { operatorApi } from '../support/operator-api.ts';
import { textContent } from '../support/records.ts';

const WORDS = 'my card ends with 4711';

describe('dead letters in the hands of an operator', () => {
  let bench: Bench;
  let service: RunningConversation;
  let operator: ReturnType<typeof operatorApi>;
  let agent: ReturnType<typeof apiOf>;

  const shown = async () => (await agent.messages('C-1')).map(({ messageId }) => messageId);
  const letters = async (query = '') => (await operator.get(`/dead-letters${query}`)).body.items;
  const audited = async (count: number) =>
    Promise.all((await readTopic(bench.kafka, topics.audit.name, count)).map(({ value }) => bench.codec.decode(value)));

  before(async () => {
    bench = await prepareConversation();
    service = await startConversation(bench);
    const [olga, anna] = await Promise.all([
      bench.identity.authorize({ accountId: 'operations', role: 'operator', userId: 'olga' }),
      bench.identity.authorize({ accountId: 'account-1' }),
    ]);
    operator = operatorApi(service.publicUrl, olga);
    agent = apiOf(service.publicUrl, anna);
    await bench.database.client.$executeRawUnsafe(
      `ALTER TABLE projection_1.messages ADD CONSTRAINT no_bad_text CHECK (body NOT LIKE '%4711%')`,
    );
    await bench.publish(
      connected(),
      received({ conversationId: 'C-1', messageId: 'M-1', content: textContent('good') }),
      received({ conversationId: 'C-1', messageId: 'M-2', content: textContent(WORDS) }),
      received({ conversationId: 'C-1', messageId: 'M-3', content: textContent('good too') }),
    );
    await caughtUp(bench);
    await eventually('one is a dead letter', async () => (await letters()).length === 1);
  });
  after(async () => {
    await service.stop();
    await bench.stop();
  });

  it('are listed with where they came from and why, and show no words', async () => {
    const [letter] = await letters();
    expect(letter).to.deep.include({
      recordType: 'tiktok.messages.v1.MessageReceived',
      reason: 'not_storable',
      attempts: 1,
      group: 'conversation.projection',
      redrivenAt: null,
    });
    expect(letter.origin).to.deep.include({ topic: 'tiktok.messages.v1', key: 'C-1' });

    const { body } = await operator.get(`/dead-letters/${letter.id}`);
    expect(body).to.deep.include(letter);
    expect(body.sizeBytes).to.be.greaterThan(WORDS.length);
    expect(body.headers).to.include({ dlq_reason: 'not_storable', ce_type: 'tiktok.messages.v1.MessageReceived' });
    expect(JSON.stringify(body)).to.not.contain('4711');
    expect(await shown()).to.have.members(['M-1', 'M-3']);
  });

  it('can be picked by reason, and their list by pages', async () => {
    expect(await letters('?reason=not_storable')).to.have.length(1);
    expect(await letters('?reason=undecodable')).to.deep.equal([]);
    expect((await operator.get('/dead-letters?limit=1')).body.nextCursor).to.equal(null);
  });

  for (const [what, path] of [
    ['limit', '/dead-letters?limit=0'],
    ['cursor', '/dead-letters?cursor=abc'],
  ] as const) {
    it(`refuse a wrong ${what} by its name`, async () => {
      const { status, body } = await operator.get(path);
      expect([status, body.code, body.errors?.[0]?.field ?? body.fields?.[0]?.field]).to.deep.equal([
        400,
        'invalid_request',
        what,
      ]);
    });
  }

  it('are for operators alone', async () => {
    const nobody = operatorApi(service.publicUrl);
    const administrator = operatorApi(
      service.publicUrl,
      await bench.identity.authorize({ accountId: 'account-1', role: 'administrator' }),
    );
    const everything = { all: true, reason: 'because' };
    for (const [caller, status] of [
      [nobody, 401],
      [administrator, 403],
    ] as const) {
      const answers = [
        await caller.get('/dead-letters'),
        await caller.get('/dead-letters/0-0'),
        await caller.post('/dead-letters/redrive', everything),
        await caller.get('/consumers'),
        await caller.get('/outbox'),
      ];
      expect(answers.map((answer) => answer.status)).to.deep.equal(answers.map(() => status));
      expect(answers.every(({ body }) => typeof body.code === 'string')).to.equal(true);
    }
  });

  for (const [what, body, status] of [
    ['no reason', { all: true }, 400],
    ['neither ids nor all', { reason: 'because' }, 400],
    ['ids and all', { ids: ['0-0'], all: true, reason: 'because' }, 400],
    ['what is no id', { ids: ['one'], reason: 'because' }, 400],
    ['an id that is not there', { ids: ['1-99'], reason: 'because' }, 404],
    ['a partition that is not there', { ids: ['99-0'], reason: 'because' }, 404],
  ] as const) {
    it(`are not given back by ${what}`, async () => {
      expect((await operator.post('/dead-letters/redrive', body)).status).to.equal(status);
    });
  }

  it('fail again while the cause is there, with attempts counted on', async () => {
    const [letter] = await letters();
    const { status, body } = await operator.post('/dead-letters/redrive', { ids: [letter.id], reason: 'a try' });
    expect([status, body]).to.deep.equal([200, { redriven: 1, skipped: {} }]);

    const [second, first] = await eventually('it is a dead letter again', async () => {
      const all = await letters();
      return all.length === 2 && all;
    });
    expect(first.redrivenAt).to.be.a('number');
    expect(second).to.deep.include({ attempts: 2, redrivenAt: null, origin: first.origin });
  });

  it('take effect once when the cause is mended, and giving back twice is harmless', async () => {
    await bench.database.client.$executeRawUnsafe('ALTER TABLE projection_1.messages DROP CONSTRAINT no_bad_text');
    const everything = { all: true, matchingReason: 'not_storable', reason: 'version 2 reads it' };
    const first = await operator.post('/dead-letters/redrive', everything);
    expect(first.body).to.deep.equal({ redriven: 1, skipped: { already_redriven: 1 } });
    await eventually('it is shown', async () => (await shown()).includes('M-2'));

    const again = await operator.post('/dead-letters/redrive', everything);
    expect(again.body).to.deep.equal({ redriven: 0, skipped: { already_redriven: 2 } });
    const [letter] = await letters();
    await operator.post('/dead-letters/redrive', { ids: [letter.id], reason: 'to be sure' });
    await caughtUp(bench);
    await eventually('it is through', async () =>
      (await operator.get('/consumers')).body.items.every(({ lag }: { lag: number }) => lag === 0),
    );
    expect((await shown()).toSorted()).to.deep.equal(['M-1', 'M-2', 'M-3']);
    expect(await letters()).to.have.length(2);
  });

  it('are on record with who did it and why, each time', async () => {
    const acts = (await audited(4)).map((decoded) => (decoded.name === 'OperatorActed' ? decoded.value : null));
    expect(acts.every((act) => act?.actor === 'olga' && act.action === 'dead_letters.redriven')).to.equal(true);
    expect(acts.map((act) => act?.reason)).to.have.members([
      'a try',
      'version 2 reads it',
      'version 2 reads it',
      'to be sure',
    ]);
    expect(acts.map((act) => act?.subject)).to.include('conversation.dead-letter.v1?reason=not_storable');
  });

  it('of a group that nobody reads for are left, and told', async () => {
    await bench.send([
      {
        topic: topics.conversationDeadLetters.name,
        key: 'C-1',
        value: Buffer.from('gone'),
        headers: { dlq_reason: 'undecodable', dlq_group: 'conversation.old', secret: WORDS },
      },
    ]);
    const [letter] = await letters('?reason=undecodable');
    const one = await operator.post('/dead-letters/redrive', { ids: [letter.id], reason: 'a try' });
    expect([one.status, one.body.code]).to.deep.equal([409, 'group_gone']);
    const all = await operator.post('/dead-letters/redrive', {
      all: true,
      matchingReason: 'undecodable',
      reason: 'a try',
    });
    expect(all.body).to.deep.equal({ redriven: 0, skipped: { group_gone: 1 } });
    const { body } = await operator.get(`/dead-letters/${letter.id}`);
    expect(body.headers.secret).to.equal('‹22 characters›');
  });

  it('that lost their value for its size get it back from where they came from', async () => {
    await bench.publish(received({ conversationId: 'C-2', messageId: 'M-9', content: textContent('long') }));
    const [original] = (await readTopic(bench.kafka, topics.messages.name, 4)).filter(({ key }) => key === 'C-2');
    const letter = (offset: bigint | undefined, reason: string) => ({
      topic: topics.conversationDeadLetters.name,
      key: 'C-2',
      value: null,
      headers: {
        ...original?.headers,
        dlq_reason: reason,
        dlq_topic: topics.messages.name,
        dlq_partition: String(original?.partition),
        dlq_offset: String(offset),
        dlq_group: 'conversation.projection',
        dlq_value_omitted: 'too_large',
      },
    });
    await bench.send([letter(original?.offset, 'whole'), letter(9_999n, 'lost')]);

    const redrive = (matchingReason: string) =>
      operator.post('/dead-letters/redrive', { all: true, matchingReason, reason: 'a try' });
    expect((await redrive('lost')).body).to.deep.equal({ redriven: 0, skipped: { value_gone: 1 } });
    expect((await redrive('whole')).body).to.deep.equal({ redriven: 1, skipped: {} });
    const given = await readTopic(bench.kafka, topics.conversationRedrive.name, 4);
    expect(given.filter(({ key }) => key === 'C-2').map(({ value }) => value)).to.deep.equal([original?.value]);
  });

  it('show how far each consumer is, and what waits in the outbox', async () => {
    const { items } = (await operator.get('/consumers')).body;
    const read = new Set(items.map(({ topic }: { topic: string }) => topic));
    expect(read).to.include('conversation.redrive.v1').and.to.include('tiktok.messages.v1');
    expect(
      items.find(({ topic, endOffset }: Item) => topic === 'conversation.redrive.v1' && endOffset !== '0'),
    ).to.include({
      group: 'conversation.projection',
      state: 'idle',
      reason: null,
    });
    const { body } = await operator.get('/outbox');
    expect(body.items).to.containSubset([{ name: 'conversation.outbox', setAside: 0 }]);
  });
});

interface Item {
  readonly topic: string;
  readonly endOffset: string;
}
