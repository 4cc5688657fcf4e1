import { eventually } from '@tiktok-channel/platform/testing';
import { topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import {
  apiOf,
  type Bench,
  connected,
  prepareConversation,
  type RunningConversation,
  received,
  startConversation,
} from '../support/conversation.ts';

const CONVERSATION = 'CONV+a/b==';

describe('a replica of conversation that does not project', () => {
  let bench: Bench;
  let replica: RunningConversation;
  let authorization: string;

  const listed = async (): Promise<number> => {
    const { body } = await apiOf(replica.publicUrl, authorization).get('/v1/conversations');
    return body.items.length;
  };

  before(async () => {
    bench = await prepareConversation();
    authorization = await bench.identity.authorize({ accountId: 'account-1' });
    replica = await startConversation(bench, { environment: { CONVERSATION_PROJECTS: 'false' } });
  });

  after(async () => {
    await replica?.stop();
    await bench?.stop();
  });

  it('shows what another one has projected, and publishes the replies that it was asked for', async () => {
    await bench.publish(connected(), received());
    const projector = await startConversation(bench);
    await eventually('the conversation', async () => (await listed()) === 1);
    await projector.stop();

    const response = await fetch(`${replica.publicUrl}/v1/conversations/${encodeURIComponent(CONVERSATION)}/replies`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', 'idempotency-key': 'once' },
      body: JSON.stringify({ text: 'Yes, all sizes.' }),
    });
    expect(response.status).to.equal(202);
    const admin = bench.kafka.createAdmin();
    await admin.start();
    await eventually('the command', async () =>
      (await admin.endOffsets(topics.replyCommands.name)).values().some((offset) => offset > 0n),
    );
    await admin.stop();
  });

  it('projects nothing itself', async () => {
    await bench.publish(received({ conversationId: 'CONV-2', messageId: 'MSG-2' }));
    const { body } = await apiOf(replica.publicUrl, authorization).get('/v1/conversations');
    expect(body.items).to.have.lengthOf(1);

    const projector = await startConversation(bench);
    await eventually('the other conversation', async () => (await listed()) === 2);
    await projector.stop();
  });
});
