import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { type CuttableLine, cuttableLine } from '../support/cuttable-line.ts';
import { createOutboundWorld, type OutboundWorld, replyIn } from '../support/outbound.ts';

describe('outbound, whose database goes away under an attempt,', () => {
  let world: OutboundWorld;
  let line: CuttableLine;

  before(async () => {
    world = await createOutboundWorld();
    line = await cuttableLine(world.database.url);
  });
  after(async () => {
    await world.stop();
    await line.cut();
  });

  it('still stores what TikTok answered, and goes on with the lane', async () => {
    await world.startOutbound({ DATABASE_URL: line.url });
    const conversation = await world.newConversation(await world.newChannel());
    // Without an echo nothing else can tell what became of it.
    await world.faults({ send_answer_delay_ms: 500, echo_never: true });
    const commands = [replyIn(conversation, { text: 'first' }), replyIn(conversation, { text: 'second' })];
    await world.send(...commands);
    await eventually('TikTok has it', async () => (await world.phone(conversation)).length === 2);
    await line.cut();
    await eventually('the answer came while nothing could be stored', () =>
      world.logger.lines.some(
        ({ event, fields }) => event === 'outbox.relay_failed' && Number(fields.backOffMs) >= 800,
      ),
    );
    await line.mend();

    for (const { replyId } of commands) {
      expect((await world.verdict(replyId)).name).to.equal('ReplySent');
    }
    expect((await world.phone(conversation)).map(({ text }) => text).slice(1)).to.deep.equal(['first', 'second']);
  });
});

describe('outbound, before a TikTok that fails,', function () {
  this.timeout(120_000);
  let world: OutboundWorld;

  before(async () => {
    world = await createOutboundWorld();
    await world.startOutbound({ OUTBOUND_REQUESTS_PER_SECOND: '100' });
  });
  after(() => world.stop());

  it('leaves it alone after eight calls, and goes on by one call that probes', async () => {
    const channelId = await world.newChannel();
    const conversations = [];
    for (let made = 0; made < 9; made += 1) conversations.push(await world.newConversation(channelId, 1));
    const calm = { rate_limit_qps: 0, quota_off: true };
    const circuit = () =>
      world.logger.lines.filter(({ event }) => event === 'tiktok.circuit').map(({ fields }) => fields.state);
    const [first, ...others] = conversations.map((conversation) => replyIn(conversation, { requestedAt: world.now() }));
    if (first === undefined) throw new TypeError('no conversation');
    await world.faults({ ...calm, api_away: true });
    await world.send(...others);
    await eventually('it is left alone', () => circuit().includes('open'));
    await world.faults(calm);
    await world.send(first);

    const verdict = await world.verdict(first.replyId, 60_000);
    expect([verdict.name, verdict.value.attempts]).to.deep.equal(['ReplySent', 1]);
    expect(circuit().slice(0, 3)).to.deep.equal(['open', 'half_open', 'closed']);
    const waits = world.logger.lines.filter(
      ({ event, fields }) => event === 'reply.postponed' && fields.replyId === first.replyId,
    );
    expect(waits.map(({ fields }) => fields.reason)).to.include('tiktok_unavailable');
  });
});
