import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';

const folder = join(import.meta.dirname, '..', '..', 'schemas', 'avro');

interface AvroField {
  readonly name: string;
  readonly type: unknown;
  readonly doc?: string;
  readonly logicalType?: string;
  readonly default?: unknown;
}

interface AvroType {
  readonly name: string;
  readonly doc?: string;
  readonly symbols?: readonly string[];
  readonly default?: string;
  readonly fields?: readonly AvroField[];
}

const types = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.avsc'))
  .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as AvroType);

const isNullable = (type: unknown): boolean => Array.isArray(type) && type[0] === 'null';

describe('the contract', () => {
  it('has a file for each record of each topic', () => {
    const names = Object.values(topics).flatMap((topic): readonly string[] => topic.records);

    expect(types.map(({ name }) => name)).to.include.members(names);
  });

  for (const type of types) {
    describe(type.name, () => {
      it('says what it is, and so does each of its fields', () => {
        expect([type.doc, ...(type.fields ?? []).map(({ doc }) => doc)]).to.not.include(undefined);
      });

      it('keeps logical types inside the type, where readers see them', () => {
        expect((type.fields ?? []).filter((field) => field.logicalType !== undefined)).to.deep.equal([]);
      });

      it('gives each optional field the default null, so that it can be left out', () => {
        const optional = (type.fields ?? []).filter((field) => isNullable(field.type));

        expect(optional.filter((field) => field.default !== null)).to.deep.equal([]);
      });

      if (type.symbols !== undefined) {
        it('has a default symbol, so that a reader survives a newer one', () => {
          expect(type.symbols).to.include(type.default);
        });
      }
    });
  }

  for (const [record, field] of [
    ['MessageReceived', 'content'],
    ['MessageReceived', 'rawContent'],
    ['MessageEchoed', 'content'],
    ['TextContent', 'body'],
    ['Participant', 'username'],
    ['ChannelState', 'displayName'],
    ['SendReply', 'text'],
    ['ReplyQueued', 'command'],
    ['WebhookUnrecognized', 'rawBody'],
    ['OperatorActed', 'reason'],
  ] as const) {
    it(`can blank a person's words: ${record}.${field} is nullable from the first version on`, () => {
      const type = types.find(({ name }) => name === record);

      expect(type?.fields?.find(({ name }) => name === field)?.type).to.satisfy(isNullable);
    });
  }
});
