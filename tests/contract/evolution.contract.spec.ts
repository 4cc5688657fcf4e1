import { type Codec, createCodec, type RecordName, registerSchemas } from '@tiktok-channel/schemas';
import { readHistory } from '@tiktok-channel/schemas/compatibility';
import { expect } from 'chai';
import {
  type Contract,
  enumsOf,
  grown,
  NEW_RECORD,
  NEW_SYMBOL,
  plain,
  recordIn,
  sampleOf,
  today,
  underOwnSubjects,
  withVoice,
} from '../support/evolution-schemas.ts';
import { readValuesWithPython } from '../support/python/reader.ts';
import { messageContent, messageReceived, textContent } from '../support/records.ts';

const registry = () => ({ url: process.env.SCHEMA_REGISTRY_URL ?? '' });

/** The codec of a service that was built with these schemas, after they were registered. */
const builtWith = async (contract: Contract): Promise<Codec> => {
  await registerSchemas(registry(), contract);
  return createCodec({ registry: registry(), contract, writes: contract.map(({ name }) => name as RecordName) });
};

/** Encodes and decodes records that today's types do not have. */
const write = (codec: Codec, name: string, value: unknown): Buffer => codec.encode(name as RecordName, value as never);

const read = async (codec: Codec, bytes: Buffer): Promise<unknown> => {
  const decoded = await codec.decode(bytes);
  return 'value' in decoded ? plain(decoded.value) : decoded;
};

describe('a new kind of content', () => {
  const own = underOwnSubjects();
  const olderContract = own([recordIn(today, 'MessageReceived')]);
  const newerContract = withVoice(olderContract);
  const spoken = {
    ...messageReceived(),
    content: {
      ...messageContent({ kind: 'UNSUPPORTED', tiktokType: 'voice' }),
      kind: 'VOICE',
      voice: { mediaId: 'v1' },
    },
  };
  const typed = messageReceived({ content: textContent('Grüße 👋') });
  let older: Codec;
  let newer: Codec;

  before(async () => {
    older = await builtWith(olderContract);
    newer = await builtWith(newerContract);
  });

  const asOlderReadersSee = plain({
    ...spoken,
    content: messageContent({ kind: 'UNSUPPORTED', tiktokType: 'voice' }),
  });
  const asNewerReadersSee = plain({ ...typed, content: { ...typed.content, voice: null } });

  it('is UNSUPPORTED to an older reader, with the type that TikTok calls it and all else whole', async () => {
    expect(await read(older, write(newer, 'MessageReceived', spoken))).to.deep.equal(asOlderReadersSee);
  });

  it('does not keep a newer reader from what older ones wrote', async () => {
    expect(await read(newer, write(older, 'MessageReceived', typed))).to.deep.equal(asNewerReadersSee);
  });

  it('is read in Python as in TypeScript: with an older schema, with a newer one, and as it was written', async () => {
    const [olderSchema, newerSchema] = [olderContract, newerContract].map(([record]) => record?.schema);

    const values = await readValuesWithPython(registry().url, [
      { bytes: write(newer, 'MessageReceived', spoken), readerSchema: olderSchema },
      { bytes: write(older, 'MessageReceived', typed), readerSchema: newerSchema },
      { bytes: write(newer, 'MessageReceived', spoken), readerSchema: null },
    ]);

    expect(values).to.deep.equal([asOlderReadersSee, asNewerReadersSee, plain(spoken)]);
  });
});

describe('a contract that grew everywhere', () => {
  const own = underOwnSubjects();
  const olderContract = own(today);
  const newerContract = grown(olderContract);
  let older: Codec;
  let newer: Codec;

  before(async () => {
    older = await builtWith(olderContract);
    newer = await builtWith(newerContract);
  });

  for (const record of olderContract) {
    const { name } = record;
    const enums = enumsOf(record);
    const later = recordIn(newerContract, name);
    const symbols = enums.length === 0 ? '' : `, and each new symbol as the default (${enums.join(', ')})`;

    it(`lets an older reader read ${name} without its new fields${symbols}`, async () => {
      const bytes = write(newer, name, sampleOf(later, 'newest'));

      expect(await read(older, bytes)).to.deep.equal(plain(sampleOf(record, 'default')));
    });

    it(`lets a newer reader read an old ${name}, its new fields null`, async () => {
      const value = await read(newer, write(older, name, sampleOf(record, 'newest')));

      expect(value).to.containSubset(plain(sampleOf(record, 'newest')));
      expect(value).to.have.property('addedLater', null);
    });
  }

  it('lets Python read every record in the same ways', async () => {
    const bytes = olderContract.map(({ name }) =>
      write(newer, name, sampleOf(recordIn(newerContract, name), 'newest')),
    );

    const values = await readValuesWithPython(registry().url, [
      ...olderContract.map(({ schema }, index) => ({ bytes: bytes[index] ?? Buffer.of(), readerSchema: schema })),
      ...olderContract.map((_, index) => ({ bytes: bytes[index] ?? Buffer.of(), readerSchema: null })),
    ]);

    expect(values).to.deep.equal([
      ...olderContract.map((record) => plain(sampleOf(record, 'default'))),
      ...olderContract.map(({ name }) => plain(sampleOf(recordIn(newerContract, name), 'newest'))),
    ]);
    expect(JSON.stringify(values)).to.include(NEW_SYMBOL);
  });

  it('has a new record, which an older reader knows only by its name', async () => {
    const bytes = write(newer, NEW_RECORD, { conversationId: 'CONV+a/b==' });

    expect(await read(older, bytes)).to.deep.equal({ name: null, fullName: `tiktok.messages.v1.${NEW_RECORD}` });
  });
});

describe('every version that was ever released', () => {
  for (const { topic, fullName, versions } of readHistory()) {
    for (const [index, schema] of versions.entries()) {
      it(`reads today's records and is read today: ${fullName}, version ${index + 1}`, async () => {
        const own = underOwnSubjects();
        const name = fullName.slice(fullName.lastIndexOf('.') + 1);
        const [released, current] = [own([{ topic, name, fullName, schema }]), own([recordIn(today, name)])];
        const [older, newer] = [await builtWith(released), await builtWith(current)];
        const [written, writtenToday] = [released, current].map((contract) =>
          sampleOf(recordIn(contract, name), 'second'),
        );

        expect(await read(older, write(newer, name, writtenToday))).to.deep.equal(plain(written));
        expect(await read(newer, write(older, name, written))).to.containSubset(plain(written));
      });
    }
  }
});

describe('a registry during a deployment', () => {
  let older: Contract;
  let newer: Contract;

  beforeEach(() => {
    older = underOwnSubjects()([recordIn(today, 'MessageReceived'), recordIn(today, 'SendReply')]);
    newer = withVoice(older);
  });

  const versions = async (contract: Contract, name: string): Promise<readonly number[]> => {
    const { topic, fullName } = recordIn(contract, name);
    const response = await fetch(`${registry().url}/subjects/${topic}-${fullName}/versions`);
    return (await response.json()) as readonly number[];
  };

  const start = (contract: Contract) =>
    createCodec({ registry: registry(), contract, writes: ['MessageReceived', 'SendReply'] });

  it('lets a service start that is older than what is registered, and write with its own schema', async () => {
    await registerSchemas(registry(), older);
    const bytesBefore = (await start(older)).encode('MessageReceived', messageReceived());
    await registerSchemas(registry(), newer);

    const bytesAfter = (await start(older)).encode('MessageReceived', messageReceived());

    expect(await versions(older, 'MessageReceived')).to.deep.equal([1, 2]);
    expect(bytesAfter).to.deep.equal(bytesBefore);
  });

  it('tells a service that is newer than what is registered what to do, and lets it start when that was done', async () => {
    await registerSchemas(registry(), older);
    const refusal = await start(newer).catch((error: Error) => error.message);

    expect(refusal).to.include('register the schemas first').and.to.include('tiktok.messages.v1.MessageReceived');
    await registerSchemas(registry(), newer);
    expect(await start(newer)).to.have.property('encode');
  });

  it('does not change when older schemas are registered again', async () => {
    await registerSchemas(registry(), older);
    await registerSchemas(registry(), newer);

    await registerSchemas(registry(), older);

    expect(await versions(older, 'MessageReceived')).to.deep.equal([1, 2]);
    expect(await versions(older, 'SendReply')).to.deep.equal([1]);
  });

  it('takes newer schemas first and older ones after, for services of both', async () => {
    await registerSchemas(registry(), newer);
    await registerSchemas(registry(), older);

    const bytes = write(await start(newer), 'MessageReceived', messageReceived());

    expect(await read(await start(older), bytes)).to.have.nested.property('content.kind', 'TEXT');
  });

  it('refuses a break, and the step that registers names its subject', async () => {
    await registerSchemas(registry(), older);
    const [message] = older;
    const broken = {
      ...message,
      schema: { type: 'record', name: 'MessageReceived', namespace: 'tiktok.messages.v1', fields: [] },
    };

    const refused = await registerSchemas(registry(), [broken as Contract[number]]).catch((error: unknown) => error);

    expect(refused)
      .to.be.an('error')
      .with.property('message')
      .that.include('refused subject')
      .and.to.include(message?.topic);
  });
});
