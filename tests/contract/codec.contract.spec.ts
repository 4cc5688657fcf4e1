import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Codec, CodecError, createCodec, registerSchemas } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import { messageReceived, sendReply } from '../support/records.ts';
import { type Contract, recordIn, today, underOwnSubjects } from './evolution-schemas.ts';

describe('the codec', () => {
  let codec: Codec;
  let registry: { readonly url: string };

  before(async () => {
    registry = { url: process.env.SCHEMA_REGISTRY_URL ?? '' };
    codec = await createCodec({ registry, writes: ['MessageReceived', 'SendReply'] });
  });

  it('reads back what it wrote', async () => {
    const record = messageReceived({ isFollower: null });

    const decoded = await codec.decode(codec.encode('MessageReceived', record));

    expect(decoded.name).to.equal('MessageReceived');
    expect(JSON.stringify('value' in decoded && decoded.value)).to.equal(JSON.stringify(record));
  });

  it('writes the Confluent wire format: a zero byte and the schema id before the value', () => {
    const bytes = codec.encode('SendReply', sendReply());

    expect(bytes[0]).to.equal(0);
    expect(bytes.readInt32BE(1)).to.be.greaterThan(0);
  });

  it('writes a text longer than the room it first takes', async () => {
    const text = 'ä'.repeat(6000);

    const decoded = await codec.decode(codec.encode('SendReply', sendReply({ text })));

    expect(decoded).to.have.nested.property('value.text', text);
  });

  for (const text of ['\ud800', 'a\udc00b👍', `${'x'.repeat(100)}\ud800`]) {
    it(`writes a lone surrogate as U+FFFD, in UTF-8 that every reader takes (${text.length} units)`, async () => {
      const bytes = codec.encode('SendReply', sendReply({ text }));

      expect(bytes.includes(text.toWellFormed(), 'utf8')).to.equal(true);
      expect(await codec.decode(bytes)).to.have.nested.property('value.text', text.toWellFormed());
    });
  }

  it('names the field that does not fit, and never its value', () => {
    const wrong = { ...messageReceived(), sentAt: 'a secret word' } as never;

    expect(() => codec.encode('MessageReceived', wrong))
      .to.throw(TypeError, 'sentAt')
      .with.property('message')
      .that.does.not.include('secret word');
  });

  it('says that bytes in no wire format are undecodable', () => {
    expect(() => codec.decode(Buffer.from('no avro')))
      .to.throw(CodecError)
      .with.property('code', 'undecodable');
  });

  it('says that a record without value is undecodable', () => {
    expect(() => codec.decode(null))
      .to.throw(CodecError)
      .with.property('code', 'undecodable');
  });

  it('says that a value cut short is undecodable', async () => {
    const bytes = codec.encode('MessageReceived', messageReceived());
    await codec.decode(bytes);

    expect(() => codec.decode(bytes.subarray(0, 20)))
      .to.throw(CodecError)
      .with.property('code', 'undecodable');
  });

  it('says that a value with bytes behind it is undecodable', async () => {
    const bytes = codec.encode('MessageReceived', messageReceived());
    await codec.decode(bytes);

    expect(() => codec.decode(Buffer.concat([bytes, Buffer.of(0)])))
      .to.throw(CodecError)
      .with.property('code', 'undecodable');
  });

  it('says that a schema id which the registry does not have is undecodable', async () => {
    const error = await rejection(codec.decode(Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 1])));

    expect(error).to.have.property('code', 'undecodable');
  });

  it('refuses to start while the registry lacks the schemas, and says what to do', async () => {
    const error = await rejection(createCodec({ registry: { url: `${registry.url}-nowhere` }, writes: ['SendReply'] }));

    expect(error).to.have.property('message').that.includes('tiktok.reply-commands.v1');
  });

  it('says that a value whose schema is no Avro is undecodable, since no retry helps', async () => {
    const id = await registerProtobuf(registry.url);

    const error = await rejection(codec.decode(foreignValue(id, [1])));

    expect(error).to.have.property('code', 'undecodable');
  });

  it('says that an array which claims more items than there are bytes is undecodable', async () => {
    const bytes = codec.encode('SendReply', sendReply({ text: null, attachments: [] }));
    await codec.decode(bytes);
    // The text's null and the empty array are the first two zero bytes behind the conversation's id.
    const attachments = bytes.indexOf(0, bytes.indexOf('CONV+a/b==')) + 1;
    const twoMillion = Buffer.from('8092f401', 'hex');
    const bomb = Buffer.concat([bytes.subarray(0, attachments), twoMillion]);
    const before = process.memoryUsage().heapUsed;

    expect(() => codec.decode(bomb))
      .to.throw(CodecError)
      .with.property('code', 'undecodable');
    expect(process.memoryUsage().heapUsed - before).to.be.lessThan(50_000_000);
  });

  for (const [what, list] of [
    [
      'an array that claims more items than there are bytes',
      { type: 'array', items: 'string', claim: 'feffffffffffff0f' },
    ],
    ['an array of which a block ends before it begins', { type: 'array', items: 'string', claim: '0103' }],
    ['a map that claims more items than there are bytes', { type: 'map', values: 'string', claim: 'feffffffffffff0f' }],
    ['a map of which a block ends before it begins', { type: 'map', values: 'string', claim: '0103' }],
  ] as const) {
    it(`says that ${what} is undecodable where only newer code knows it`, async () => {
      const { claim, ...type } = list;
      const newer = underOwnSubjects()(withFirst(type));
      await registerSchemas(registry, newer);
      const { encode } = await createCodec({ registry, contract: newer, writes: ['CancelReply'] });
      const cancel = { replyId: 'r', channelId: 'c', conversationId: 'k', requestedBy: 'me', requestedAt: 1 };
      const good = encode('CancelReply', cancel);
      expect(await codec.decode(good)).to.deep.include({ name: 'CancelReply' });

      expect(() => codec.decode(Buffer.concat([good.subarray(0, 5), Buffer.from(claim, 'hex')])))
        .to.throw(CodecError)
        .with.property('code', 'undecodable');
    });
  }

  it('takes a registry that does not answer for one that is away', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = silent.address() as AddressInfo;

      const error = await rejection(
        createCodec({ registry: { url: `http://127.0.0.1:${port}` }, writes: ['SendReply'] }),
      );

      expect(error).to.have.property('message').that.includes('did not answer');
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });
});

/** A command with one more field, before all others. */
const withFirst = (type: object): Contract => {
  const record = recordIn(today, 'CancelReply');
  const { fields } = record.schema as unknown as { readonly fields: readonly object[] };
  const first = { name: 'more', type, doc: 'More.', default: 'items' in type ? [] : {} };
  return [{ ...record, schema: { ...(record.schema as object), fields: [first, ...fields] } as typeof record.schema }];
};

/** A value in the wire format under any schema. */
const foreignValue = (id: number, content: readonly number[]): Buffer => {
  const prefix = Buffer.alloc(5);
  prefix.writeInt32BE(id, 1);
  return Buffer.concat([prefix, Buffer.from(content)]);
};

const registerProtobuf = async (url: string): Promise<number> => {
  const response = await fetch(`${url}/subjects/${randomUUID()}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schemaType: 'PROTOBUF', schema: 'syntax = "proto3"; message Foreign { string text = 1; }' }),
  });
  expect(response.status).to.equal(200);
  return ((await response.json()) as { readonly id: number }).id;
};

const rejection = async (promise: Promise<unknown> | unknown): Promise<unknown> => {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it was expected to fail');
};
