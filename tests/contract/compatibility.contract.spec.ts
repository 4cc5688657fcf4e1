import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addVersion,
  type BreakReason,
  checkContract,
  type HistoryLine,
  type RecordSchema,
  RULES,
  readHistory,
  readRecordSchemas,
  sentenceOf,
} from '@tiktok-channel/schemas/compatibility';
import { expect } from 'chai';
import { breaks, type Change, growth, type RecordJson } from '../support/compatibility-changes.ts';

const TOPIC = 'tiktok.planted.v1';
const FULL_NAME = 'tiktok.planted.v1.Planted';

const recordOf = (schema: RecordJson): RecordSchema => ({
  topic: TOPIC,
  name: 'Planted',
  fullName: FULL_NAME,
  schema: schema as RecordSchema['schema'],
});

const lineOf = (...versions: readonly RecordJson[]): HistoryLine => ({
  topic: TOPIC,
  fullName: FULL_NAME,
  versions: versions as HistoryLine['versions'],
});

/** The gate's reasons for a change, the versions given being those that were released. */
const reasonsFor = (newer: RecordJson, ...released: readonly RecordJson[]): readonly BreakReason[] =>
  checkContract([recordOf(newer)], [lineOf(...released)]).flatMap((refusal) =>
    refusal.kind === 'break' ? [refusal.reason] : [],
  );

const changeNamed = (what: string): Change => {
  const change = breaks.find((candidate) => candidate.what === what);
  if (change === undefined) throw new Error(`no planted break is called "${what}"`);
  return change;
};

describe('the compatibility gate', () => {
  it('lets the contract pass, every record against each of its released versions', () => {
    expect(checkContract(readRecordSchemas(), readHistory()).map(sentenceOf)).to.deep.equal([]);
  });

  describe('refuses', () => {
    for (const { what, older, newer, reasons } of breaks) {
      it(`${what}: ${reasons.join(', ')}`, () => {
        expect(reasonsFor(newer, older)).to.have.members(reasons);
      });
    }

    it('by each of its rules at least once here', () => {
      expect(new Set(breaks.flatMap(({ reasons }) => reasons))).to.deep.equal(new Set(Object.keys(RULES)));
    });

    it('a record that was released and is gone', () => {
      const { older } = changeNamed('a symbol is removed');

      expect(checkContract([], [lineOf(older)])).to.deep.equal([
        { kind: 'record_removed', topic: TOPIC, record: FULL_NAME },
      ]);
    });

    it('a record that moved to another topic', () => {
      const { older } = changeNamed('a symbol is removed');
      const moved = { ...recordOf(older), topic: 'tiktok.replanted.v1' };

      expect(checkContract([moved], [lineOf(older)]).map(({ kind }) => kind)).to.deep.equal([
        'not_frozen',
        'record_removed',
      ]);
    });

    it('a change that is not in the history yet, and says how to put it there', () => {
      const [change] = growth.filter(({ what }) => what === 'a new field may be null');

      const refusals = checkContract([recordOf(change?.newer as RecordJson)], [lineOf(change?.older as RecordJson)]);

      expect(refusals.map(sentenceOf)).to.deep.equal([
        `${FULL_NAME} is not in the schema history as it stands: run npm run schemas:freeze.`,
      ]);
    });

    it('what breaks with an old version alone, though the latest one is like it', () => {
      const { older } = changeNamed('a symbol is removed');
      const without = { ...older, fields: older.fields.filter(({ name }) => name !== 'note') };
      const back = {
        ...without,
        fields: [...without.fields, { name: 'note', type: 'int', doc: 'A note.', default: 0 }],
      };

      expect(reasonsFor(back, without)).to.deep.equal([]);
      expect(reasonsFor(back, older, without)).to.include('made_required');
    });

    it('in a sentence with the record, the field, the version and the rule', () => {
      const { older, newer } = changeNamed('a nested record gets a field without default');

      const [sentence] = checkContract([recordOf(newer)], [lineOf(older, newer)]).map(sentenceOf);

      expect(sentence).to.equal(
        'tiktok.planted.v1.Planted, field first.width, against version 1: a new field has a default, for records that ' +
          'were written without it; it is new and has none (field_added_without_default).',
      );
    });
  });

  describe('lets pass', () => {
    for (const { what, older, newer } of growth) {
      it(what, () => {
        expect(reasonsFor(newer, older)).to.deep.equal([]);
      });
    }
  });

  it('has each of its reasons explained where changing a schema is', () => {
    const page = readFileSync(join(import.meta.dirname, '../../schemas/docs/changing-a-schema.md'), 'utf8');

    expect([...Object.keys(RULES), 'record_removed'].filter((reason) => !page.includes(`\`${reason}\``))).to.deep.equal(
      [],
    );
  });
});

describe('the schema history', () => {
  let folder: string;
  const record = recordOf(changeNamed('a symbol is removed').older);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'history-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('reads back the versions of a record in their order, also beyond the ninth', () => {
    const labelled = (doc: string) => ({ ...record, schema: { ...(record.schema as object), doc } as never });
    for (let version = 1; version <= 11; version += 1) addVersion(labelled(`version ${version}`), version, folder);

    const [line] = readHistory(folder);

    expect(line?.versions.map((schema) => (schema as unknown as RecordJson).doc)).to.deep.equal(
      Array.from({ length: 11 }, (_, index) => `version ${index + 1}`),
    );
  });

  it('never writes a version twice', () => {
    addVersion(record, 1, folder);

    expect(() => addVersion(record, 1, folder)).to.throw('EEXIST');
  });

  it('says which version was deleted', () => {
    addVersion(record, 1, folder);
    addVersion(record, 3, folder);

    expect(() => readHistory(folder)).to.throw('2.avsc');
  });
});
