import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const folder = import.meta.dirname;
const requirements = join(folder, 'requirements.txt');

/** A record as Confluent's Python client saw it; */
export interface PythonRecord {
  readonly topic: string;
  readonly key: string | null;
  readonly type: string | null;
  readonly id: string | null;
  readonly value: Readonly<Record<string, unknown>>;
}

/** Reads each topic with Python until it has shown the wanted number of different ids; throws when they do not come within 30 seconds. */
export const readWithPython = async (
  { brokers, registryUrl }: { readonly brokers: string; readonly registryUrl: string },
  wanted: Readonly<Record<string, number>>,
): Promise<readonly PythonRecord[]> => {
  const python = await preparePython();
  const topics = Object.entries(wanted).map(([topic, count]) => `${topic}=${count}`);
  const { stdout } = await run(python, [join(folder, 'read_topics.py'), brokers, registryUrl, ...topics], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as PythonRecord);
};

/**
 * What Confluent's Python client makes of values in the wire format, each read with the given reader schema, or as it was
 * written. Times are in milliseconds; bytes are as JSON has a `Buffer`.
 */
export const readValuesWithPython = async (
  registryUrl: string,
  values: readonly { readonly bytes: Buffer; readonly readerSchema: unknown }[],
): Promise<readonly unknown[]> => {
  const python = await preparePython();
  const running = run(python, [join(folder, 'read_values.py'), registryUrl], { maxBuffer: 64 * 1024 * 1024 });
  const lines = values.map(({ bytes, readerSchema }) =>
    JSON.stringify({ bytes: bytes.toString('base64'), readerSchema }),
  );
  running.child.stdin?.end(lines.join('\n'));
  const { stdout } = await running;
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
};

/** A virtual environment with the requirements, outside the repository, made once per version of them. */
export const preparePython = async (): Promise<string> => {
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tiktok-channel');
  const environment = join(cache, `python-${version}`);
  if (!existsSync(environment)) {
    mkdirSync(cache, { recursive: true });
    const unfinished = `${environment}.${process.pid}`;
    rmSync(unfinished, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', unfinished]);
    await run(join(unfinished, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '-r', requirements]);
    renameSync(unfinished, environment);
  }
  return join(environment, 'bin', 'python');
};
