import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { hidingWords, SHOWN_FIELDS, showingWords, told } from './words.ts';

const avro = join(import.meta.dirname, '..', '..', '..', '..', 'schemas', 'avro');

interface Field {
  readonly name: string;
  readonly type: unknown;
}

/** Text fields of every record that hold a person's words or name, or raw content. One that is new belongs here, or among the shown. */
const HIDDEN_FIELDS = new Set([
  ...['adName', 'avatarUrl', 'body', 'businessUsername', 'commentText', 'displayName', 'embedUrl', 'emoji', 'emojiUrl'],
  ...['label', 'prefilledMessage', 'profileImageUrl', 'rawBody', 'rawContent', 'text', 'title', 'url', 'username'],
]);

const isText = (type: unknown): boolean => {
  if (Array.isArray(type)) return type.some(isText);
  if (typeof type === 'object' && type !== null && 'items' in type) return isText(type.items);
  return type === 'string' || type === 'bytes';
};

const textFields = readdirSync(avro, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.avsc'))
  .flatMap((file) => {
    const { name, fields = [] } = JSON.parse(readFileSync(join(avro, file), 'utf8')) as {
      name: string;
      fields?: Field[];
    };
    return fields.filter(({ type }) => isText(type)).map((field) => ({ record: name, field: field.name }));
  });

const withoutWords = (name: string, value: unknown) => told(name, value, hidingWords);
const withWords = (value: unknown) => told('MessageReceived', value, showingWords);

describe("people's words", () => {
  for (const { record, field } of textFields) {
    it(`are either shown or hidden on purpose: ${record}.${field}`, () => {
      expect([SHOWN_FIELDS.has(field), HIDDEN_FIELDS.has(field)]).to.have.members([true, false]);
    });
  }

  it('are replaced by their length, wherever they stand', () => {
    const shown = withoutWords('MessageReceived', {
      messageId: 'MSG-1',
      sentAt: 5,
      sender: { userId: 'u-1', username: 'mia.shopper' },
      content: { kind: 'TEXT', text: { body: 'Is it ✨?' }, template: { cards: [{ title: 'A' }] } },
      rawContent: Buffer.from('{"a":1}'),
      quotedMessageId: null,
    });

    expect(shown).to.deep.equal({
      messageId: 'MSG-1',
      sentAt: 5,
      sender: { userId: 'u-1', username: '‹11 characters›' },
      content: { kind: 'TEXT', text: { body: '‹8 characters›' }, template: { cards: [{ title: '‹1 character›' }] } },
      rawContent: '‹7 bytes›',
      quotedMessageId: null,
    });
  });

  it('are words also where a field of that name is none elsewhere', () => {
    expect(withoutWords('OperatorActed', { reason: 'she asked' })).to.deep.equal({ reason: '‹9 characters›' });
    expect(withoutWords('ReplyFailed', { message: 'Too long.', tiktok: { message: 'Hi!' } })).to.deep.equal({
      message: 'Too long.',
      tiktok: { message: '‹3 characters›' },
    });
  });

  it('are hidden in a field that nobody has sorted in yet', () => {
    expect(withoutWords('MessageReceived', { newField: 'words' })).to.deep.equal({ newField: '‹5 characters›' });
  });

  it('are whole when they are asked for, bytes as text or in Base64', () => {
    expect(withWords({ body: 'Hi', rawContent: Buffer.from('{}'), rawBody: Buffer.from([255, 0]) })).to.deep.equal({
      body: 'Hi',
      rawContent: '{}',
      rawBody: 'base64:/wA=',
    });
  });
});
