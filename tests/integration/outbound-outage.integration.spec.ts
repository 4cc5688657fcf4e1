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
