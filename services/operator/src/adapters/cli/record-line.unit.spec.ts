import { expect } from 'chai';
import type { Reading, ReadRecord } from '../../application/ports.ts';
import { recordJson, recordLine } from './record-line.ts';

const record = (reading: Reading, overrides: Partial<ReadRecord> = {}): ReadRecord => ({
  partition: 3,
  offset: 17n,
  timestampMs: 1_767_225_600_123,
  key: 'CONV+a/b==',
  headers: {},
  reading,
  ...overrides,
});
const plain = { style: (_format: unknown, text: string) => text, words: false } as const;

const received = {
  kind: 'record',
  name: 'MessageReceived',
  value: {
    channelId: 'biz-1',
    conversationId: 'CONV+a/b==',
    sentAt: 1_767_225_599_120,
    sender: { userId: 'u-1', username: 'mia' },
    content: { kind: 'TEXT', tiktokType: 'text', text: { body: 'Hi\u001b[2J\nthere' }, image: null },
    rawContent: Buffer.from('{}'),
    receivedAt: 1_767_225_600_000,
    logId: 'log-1',
  },
} as const;

describe('the line of a record', () => {
  it('tells time, place, type, key and what it says, once', () => {
    expect(recordLine(record(received), plain)).to.equal(
      [
        '2026-01-01 00:00:00.123',
        '3@17',
        'MessageReceived',
        'CONV+a/b==',
        'channelId=biz-1',
        'sentAt=2025-12-31T23:59:59.120Z',
        'sender.userId=u-1',
        'sender.username=‹3 characters›',
        'content.kind=TEXT',
        'content.text.body=‹12 characters›',
      ].join('  '),
    );
  });

  it('tells a list in one, and each record of a list by its place', () => {
    const value = { channel: { grantedScopes: ['a.b', 'c.d'], missingScopes: [] }, attachments: [{ kind: 'IMAGE' }] };
    const line = recordLine(record({ kind: 'record', name: 'X', value }, { key: null }), plain);

    expect(line).to.match(/X {2}- {2}channel\.grantedScopes=a\.b,c\.d {2}attachments\[0\]\.kind=IMAGE$/);
  });

  it('stays one line that no terminal obeys, whatever people wrote', () => {
    const line = recordLine(record(received, { key: 'a\u009b31m\nb\u202e' }), { ...plain, words: true });

    expect(line).to.include('content.text.body=Hi\\u001b[2J\\nthere').and.include('a\\u009b31m\\nb\\u202e');
    expect(line).to.match(/^[^\p{Cc}]*$/u);
  });

  it('says of what cannot be read why, and how large it is', () => {
    const undecodable = { kind: 'undecodable', reason: 'the value is no A', sizeBytes: 5 } as const;

    expect(recordLine(record(undecodable, { key: null }), plain)).to.match(
      /undecodable {2}- {2}the value is no A \(5 bytes\)$/,
    );
    expect(recordLine(record({ kind: 'unknownType', fullName: 'a.v1.B' }), plain)).to.include('a.v1.B');
    expect(recordLine(record({ kind: 'tombstone' }), plain)).to.include('tombstone');
  });

  it('shows the headers of a dead letter', () => {
    const headers = { dlq_reason: 'undecodable', dlq_topic: 'tiktok.messages.v1', ce_id: 'x' };

    expect(recordLine(record({ kind: 'tombstone' }, { headers }), plain)).to.match(
      /dlq_reason=undecodable {2}dlq_topic=tiktok\.messages\.v1$/,
    );
  });

  it('is one JSON object for a machine, words hidden alike', () => {
    const parsed = JSON.parse(recordJson(record(received), false));

    expect(parsed).to.deep.include({
      partition: 3,
      offset: '17',
      time: '2026-01-01T00:00:00.123Z',
      type: 'MessageReceived',
    });
    expect(parsed.value.content.text.body).to.equal('‹12 characters›');
    expect(parsed.value.rawContent).to.equal('‹2 bytes›');
  });
});
