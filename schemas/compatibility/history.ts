import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Schema } from 'avsc';
import type { RecordSchema } from '../src/avro-files.ts';

/** `history/<topic>/<full record name>/<n>.avsc`: by topic as well, as a registry's subject, so that a move is seen. */
export const HISTORY_FOLDER = join(import.meta.dirname, '..', 'history');

/** Every version of one record on one topic that was ever released, the first one first, each written out. */
export interface HistoryLine {
  readonly topic: string;
  readonly fullName: string;
  readonly versions: readonly Schema[];
}

export const readHistory = (folder: string = HISTORY_FOLDER): readonly HistoryLine[] =>
  readdirSync(folder).flatMap((topic) =>
    readdirSync(join(folder, topic)).map((fullName) => ({
      topic,
      fullName,
      versions: readVersions(join(folder, topic, fullName)),
    })),
  );

/** Throws where a version between the first and the last is missing: none that was released may be deleted. */
const readVersions = (folder: string): readonly Schema[] => {
  const files = readdirSync(folder);
  return files.map((_, index) => {
    const file = versionFile(index + 1);
    if (!files.includes(file)) throw new Error(`${folder} has ${files.length} versions, but no ${file}`);
    return JSON.parse(readFileSync(join(folder, file), 'utf8')) as Schema;
  });
};

/** Adds a version and answers its file. Throws when the file is there: a version is written once. */
export const addVersion = (
  { topic, fullName, schema }: Pick<RecordSchema, 'topic' | 'fullName' | 'schema'>,
  version: number,
  folder: string = HISTORY_FOLDER,
): string => {
  const line = join(folder, topic, fullName);
  mkdirSync(line, { recursive: true });
  const file = join(line, versionFile(version));
  writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`, { flag: 'wx' });
  return file;
};

const versionFile = (version: number): string => `${version}.avsc`;
