import { type Codec, createCodec, type RecordName, registerSchemas, topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import {
  apiOf,
  type Bench,
  caughtUp,
  connected,
  type Json,
  prepareConversation,
  type RunningConversation,
  received,
  startConversation,
} from '../support/conversation.ts';
import {
  grown,
  NEW_RECORD,
  NEW_SYMBOL,
  recordIn,
  today,
  underOwnSubjects,
  withVoice,
} from '../support/evolution-schemas.ts';
import { messageContent, messageReceived } from '../support/records.ts';

const CONVERSATION = 'CONV+a/b==';

/** A voice message as a newer ingress writes it: unknown in its kind, its source, its origin and some of its fields. */
const spoken = {
  ...messageReceived({ messageId: 'MSG-VOICE', sentAt: 1_767_225_700_000 }),
  sender: { userId: 'u-7f3a', username: 'mia.shopper', addedLater: 'x' },
  recipient: { userId: 'biz-1', username: 'acme.store', addedLater: 'x' },
  content: {
    ...messageContent({ kind: 'UNSUPPORTED', tiktokType: 'voice' }),
    kind: 'VOICE',
    voice: { mediaId: 'v1', addedLater: 'x' },
    addedLater: 'x',
  },
  source: NEW_SYMBOL,
  origin: NEW_SYMBOL,
  addedLater: 'x',
};

describe('conversation, while newer services write to its topics', () => {
  let bench: Bench;
  let service: RunningConversation;
  let messages: readonly Json[];

  before(async () => {
    bench = await prepareConversation();
    service = await startConversation(bench);
    const newer = await newerCodec(bench.environment.SCHEMA_REGISTRY_URL ?? '');
    const record = (name: string, value: unknown) => ({
      topic: topics.messages.name,
      key: CONVERSATION,
      value: newer.encode(name as RecordName, value as never),
      headers: { ce_type: newer.fullName(name as RecordName) },
    });
    await bench.publish(connected(), received({ messageId: 'MSG-BEFORE', sentAt: 1_767_225_600_000 }));
    await bench.send([record('MessageReceived', spoken), record(NEW_RECORD, { conversationId: CONVERSATION })]);
    await bench.publish(received({ messageId: 'MSG-AFTER', sentAt: 1_767_225_800_000 }));
    await caughtUp(bench);
    const api = apiOf(service.publicUrl, await bench.identity.authorize({ accountId: 'account-1' }));
    messages = await api.messages(CONVERSATION);
  });

  after(async () => {
    await service?.stop();
    await bench?.stop();
  });

  it('shows a message of a kind that it does not know as unsupported, with the type that TikTok calls it', () => {
    const message = messages.find(({ messageId }) => messageId === 'MSG-VOICE');

    expect(message).to.deep.include({
      content: { kind: 'unsupported', tiktokType: 'voice' },
      direction: 'incoming',
      source: 'unknown',
      sentAt: 1_767_225_700_000,
    });
  });

  it('shows the messages before it and after it', () => {
    expect(messages.map(({ messageId }) => messageId)).to.have.members(['MSG-BEFORE', 'MSG-VOICE', 'MSG-AFTER']);
  });

  it('gives nothing of it up, nor the record that it has never heard of', async () => {
    const admin = bench.kafka.createAdmin();
    await admin.start();
    const ends = await admin.endOffsets(topics.conversationDeadLetters.name);
    await admin.stop();

    expect([...ends.values()]).to.deep.equal([0n, 0n]);
  });
});

const newerCodec = async (url: string): Promise<Codec> => {
  const contract = grown(withVoice(underOwnSubjects()([recordIn(today, 'MessageReceived')])));
  await registerSchemas({ url }, contract);
  return createCodec({ registry: { url }, contract, writes: contract.map(({ name }) => name as RecordName) });
};
