import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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
import { hasStackTrace, runCommand, startCommand } from '../support/operator.ts';
import { startOperatorOrigin } from '../support/operator-origin.ts';
import { textContent } from '../support/records.ts';

const RECORDS = 3_000;
const WHY = ['--why', 'version 1 wrote wrong texts'];

/** An origin whose build 2 is never done. */
const startSlowBuild = async () => {
  const methods: string[] = [];
  const build = { build: 2, state: 'building', behind: 9, leftOut: 0, isTelling: false, partitions: [] };
  const server = createServer(({ method = '' }, response) => {
    methods.push(method);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(build));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    looks: () => methods.filter((method) => method === 'GET').length,
    methods: () => new Set(methods),
    stop: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

describe('tiktok-channel projections', () => {
  let bench: Bench;
  let service: Awaited<ReturnType<typeof spawnConversation>>;
  let origin: Awaited<ReturnType<typeof startOperatorOrigin>>;
  let environment: Readonly<Record<string, string>>;
  let authorization: string;
  const run = (...args: readonly string[]) => runCommand(['projections', ...args], environment);

  before(async () => {
    bench = await prepareConversation();
    service = await spawnConversation(bench);
    origin = await startOperatorOrigin(() => service.publicUrl);
    const token = await bench.identity.authorize({ accountId: 'ops', role: 'operator', userId: 'olga' });
    environment = { PUBLIC_URL: origin.url, OPERATOR_TOKEN: token.replace('Bearer ', '') };
    authorization = await bench.identity.authorize({ accountId: 'account-1' });
    const content = textContent('the right text');
    await bench.publish(
      connected(),
      ...Array.from({ length: RECORDS }, (_, index) =>
        received({ conversationId: `CONV-${index % 20}`, messageId: `m-${index}`, content }),
      ),
    );
    await caughtUp(bench);
    await bench.database.client.$executeRawUnsafe(
      `UPDATE projection_1.messages SET body = 'a wrong text' WHERE conversation_id = 'CONV-3'`,
    );
  });

  after(async () => {
    await origin.stop();
    await service.stop();
    await bench.stop();
  });

  it('rebuild makes a build and says what to do next, though the service is killed meanwhile', async () => {
    const command = startCommand(['projections', 'rebuild', ...WHY], environment);
    await eventually('the build is there', () => command.stderr().includes('Build 2 is made'));
    await service.kill();
    service = await spawnConversation(bench);

    const { code, stdout } = await command.result;
    expect([code, stdout]).to.deep.equal([
      0,
      [
        'Build 2 has what the served one has.',
        'What to do next: tiktok-channel projections compare 2 --why "…"',
        'Then:            tiktok-channel projections switch 2 --why "…"\n',
      ].join('\n'),
    ]);
  }).timeout(120_000);

  it('list shows how far each is', async () => {
    const { code, stdout } = await run('list');

    expect(code).to.equal(0);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ {2,}/)),
    ).to.deep.equal([
      ['build', 'state', 'records', 'behind', 'left out'],
      ['1', 'served', `${RECORDS + 1} of ${RECORDS + 1}`, '0', '0'],
      ['2', 'caught up', `${RECORDS + 1} of ${RECORDS + 1}`, '0', '0'],
    ]);
  });

  it('compare names conversations and columns, and no words', async () => {
    const { code, stdout } = await run('compare', '2', ...WHY);

    expect(code).to.equal(0);
    expect(stdout).to.match(/^CONV-3 +messages\.body +differs +150 rows$/m);
    expect(stdout).to.match(/^messages +3000 +3000 +150$/m);
    expect(stdout).to.contain('1 conversation listed').and.not.contain('text');
  });

  it('switch serves it, and can go back; drop deletes the other', async () => {
    const switched = await run('switch', '2', ...WHY);
    expect([switched.code, switched.stdout]).to.deep.equal([
      0,
      'Build 2 is served. Readers are told of every row that differs.\n',
    ]);
    expect(switched.stderr).to.contain('Back: projections switch 1.');
    const messages = await apiOf(service.publicUrl, authorization).messages('CONV-3');
    expect(new Set(messages.map(({ content }) => content.text))).to.deep.equal(new Set(['the right text']));

    await eventually('readers were told', async () => !(await run('list')).stdout.includes('readers are told'), {
      withinMs: 30_000,
      everyMs: 500,
    });
    const dropped = await run('drop', '1', ...WHY);
    expect([dropped.code, dropped.stdout]).to.deep.equal([0, 'Build 1 is deleted.\n']);
  }).timeout(120_000);

  it('says in a sentence what cannot be done', async () => {
    const served = await run('drop', '2', ...WHY);
    const unexplained = await run('rebuild');
    const stranger = await runCommand(['projections', 'list'], {
      ...environment,
      OPERATOR_TOKEN: authorization.replace('Bearer ', ''),
    });

    expect(served.code).to.equal(1);
    expect(served.stderr).to.contain('this build is the one that is served (build_served)');
    expect(unexplained.code).to.equal(2);
    expect(stranger.stderr).to.contain('role operator');
    expect([served, unexplained, stranger].some(hasStackTrace)).to.equal(false);
  });

  it('rebuild of a number watches that build, and refuses one that is not there', async () => {
    const { code, stderr } = await run('rebuild', '7');

    expect(code).to.equal(1);
    expect(stderr).to.contain('this build does not exist');
  });

  it('rebuild ends with Ctrl-C, which leaves the build as it is', async () => {
    const slow = await startSlowBuild();
    const command = startCommand(['projections', 'rebuild', ...WHY], { ...environment, PUBLIC_URL: slow.url });
    await eventually('it watches', () => slow.looks() > 1, { withinMs: 20_000 });
    command.interrupt();
    const { code, stderr } = await command.result;
    await slow.stop();

    expect(code).to.equal(130);
    expect(stderr).to.contain('watch it again with `projections rebuild 2`');
    expect(slow.methods()).to.deep.equal(new Set(['POST', 'GET']));
  });
});
