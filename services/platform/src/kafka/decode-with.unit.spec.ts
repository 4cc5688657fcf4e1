import { expect } from 'chai';
import type { Decoded } from './consumer-types.ts';
import { decodeWith } from './decode-with.ts';
import type { IncomingRecord } from './records.ts';

const record: IncomingRecord = {
  topic: 'messages',
  partition: 0,
  offset: 0n,
  timestampMs: 0,
  key: 'CONV',
  value: Buffer.of(1),
  headers: {},
};

const meaning = (value: number, { key }: IncomingRecord): Decoded<string> => ({
  kind: 'record',
  value: `${key} ${value}`,
});
const failing = (code: string) => Object.assign(new Error('it failed'), { code });

describe('what a record means to a consumer', () => {
  it('is known at once when the codec answers at once', () => {
    expect(decodeWith(() => ({ decode: () => 7 }), meaning)(record)).to.deep.equal({ kind: 'record', value: 'CONV 7' });
  });

  it('is known later when the codec has to ask', async () => {
    const later = decodeWith(() => ({ decode: async () => 7 }), meaning)(record);

    expect(await later).to.deep.equal({ kind: 'record', value: 'CONV 7' });
  });

  for (const [code, outcome] of [
    ['undecodable', { kind: 'deadLetter', reason: 'undecodable' }],
    ['registry_unavailable', { kind: 'retry', reason: 'registry_unavailable', afterMs: 1_000 }],
  ] as const) {
    it(`is a ${outcome.kind} when the codec says ${code}, at once or later`, async () => {
      const throwing = {
        decode: (): number => {
          throw failing(code);
        },
      };
      const rejecting = { decode: (): Promise<number> => Promise.reject(failing(code)) };

      expect(decodeWith(() => throwing, meaning)(record)).to.deep.equal(outcome);
      expect(await decodeWith(() => rejecting, meaning)(record)).to.deep.equal(outcome);
    });
  }

  it('is not asked of a defect: that goes on to the runner', async () => {
    const defect = new TypeError('undefined is not a function');
    const rejecting = { decode: (): Promise<number> => Promise.reject(defect) };

    expect(
      await Promise.resolve(decodeWith(() => rejecting, meaning)(record)).catch((error: unknown) => error),
    ).to.equal(defect);
  });
});
