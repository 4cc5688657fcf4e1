import type { IncomingRecord } from '@tiktok-channel/platform/kafka';
import type { Codec, ConversationRead, DecodedRecord, MessageEchoed } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import type { Sighting } from '../../application/ports.ts';
import { echoFingerprint } from '../../domain/echo.ts';
import { createSightingDecoder } from './sighting.codec.ts';

const record: IncomingRecord = {
  topic: 'messages',
  partition: 0,
  offset: 0n,
  timestampMs: 0,
  key: null,
  value: Buffer.of(0),
  headers: {},
};

const sighted = async (decoded: DecodedRecord): Promise<Sighting> => {
  const codec: Pick<Codec, 'decode'> = { decode: () => decoded };
  const answer = await createSightingDecoder(codec)(record);
  if (answer.kind !== 'record') throw new Error(`it is no sighting: ${answer.kind}`);
  return answer.value;
};

describe('a sighting', () => {
  it('of an echo has U+FFFD where PostgreSQL could not store its words and ids', async () => {
    const echo = {
      channelId: 'biz\0',
      conversationId: 'CONV\ud800',
      messageId: 'MSG\0',
      source: 'API',
      sentAt: 5,
      automaticMessageType: null,
      content: { kind: 'TEXT', text: { body: 'a\0b' } },
    } as unknown as MessageEchoed;

    expect(await sighted({ name: 'MessageEchoed', value: echo })).to.deep.equal({
      conversation: {
        channelId: 'biz\ufffd',
        conversationId: 'CONV\ufffd',
        newestMessageAtMs: 5,
        readUpToMs: null,
        isFollower: null,
      },
      received: null,
      echo: {
        channelId: 'biz\ufffd',
        conversationId: 'CONV\ufffd',
        messageId: 'MSG\ufffd',
        source: 'API',
        fingerprint: echoFingerprint({ kind: 'text', text: 'a\ufffdb' }),
        sentAtMs: 5,
        isQuotable: true,
        isAutomatic: false,
        traceparent: null,
      },
    });
  });

  it('of a read mark has them too', async () => {
    const read = { channelId: 'biz\0', conversationId: 'CONV\0', readUpTo: 7 } as unknown as ConversationRead;

    expect(await sighted({ name: 'ConversationRead', value: read })).to.deep.equal({
      conversation: {
        channelId: 'biz\ufffd',
        conversationId: 'CONV\ufffd',
        newestMessageAtMs: 7,
        readUpToMs: 7,
        isFollower: null,
      },
      received: null,
      echo: null,
    });
  });
});
