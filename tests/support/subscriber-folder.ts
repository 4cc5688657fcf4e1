import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '@tiktok-channel/platform/testing';
import { preparePython } from './python/reader.ts';
import { codeBlocks, subscriberPage } from './subscriber-page.ts';

const run = promisify(execFile);
const repository = join(import.meta.dirname, '..', '..');

/** As a person's shell has it: nothing of the npm that runs these tests. What was downloaded before is not asked for again. */
const shellEnvironment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'))),
  npm_config_prefer_offline: 'true',
  npm_config_update_notifier: 'false',
});

/** As much of the repository as packing takes, at another place: a test leaves no trace in the one that it runs in. */
export const copyForPacking = (): string => {
  const copy = mkdtempSync(join(tmpdir(), 'packing-'));
  for (const file of ['package.json', 'tsconfig.json', '.npmrc']) cpSync(join(repository, file), join(copy, file));
  cpSync(join(repository, 'schemas'), join(copy, 'schemas'), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'));
  return copy;
};

/** Packs by the command that the page tells; answers where the tarball lies. */
export const pack = async (copy: string, destination: string): Promise<string> => {
  await run('npm', packCommand(destination), { cwd: copy, env: shellEnvironment() });
  const tarball = readdirSync(destination).find((file) => file.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack left no tarball');
  return join(destination, tarball);
};

export const startPacking = (copy: string, destination: string): ChildProcess =>
  spawn('npm', packCommand(destination), { cwd: copy, env: shellEnvironment(), stdio: 'ignore' });

const packCommand = (destination: string): readonly string[] => [
  ...['pack', '-w', '@tiktok-channel/schemas', '--silent', '--pack-destination'],
  destination,
];

export interface SubscriberFolder {
  readonly path: string;
  readonly env: NodeJS.ProcessEnv;
  /** Runs an example to its end. */
  run(command: readonly [string, ...string[]], env?: Record<string, string>): Promise<string>;
  /** Starts an example that does not end by itself. */
  start(command: readonly [string, ...string[]], env?: Record<string, string>): RunningExample;
}

export interface RunningExample {
  /** Waits for a line that it prints. */
  prints(line: string): Promise<void>;
  readonly lines: () => readonly string[];
  stop(): Promise<void>;
}

let prepared: Promise<SubscriberFolder> | undefined;

/**
 * What a team has that follows the page: a folder, empty but for the package as it is packed; what the page says to install;
 * the page's examples in the files that it names. One for a run of the tests.
 */
export const subscriberFolder = (): Promise<SubscriberFolder> => {
  prepared ??= prepare();
  return prepared;
};

const prepare = async (): Promise<SubscriberFolder> => {
  const path = mkdtempSync(join(tmpdir(), 'subscriber-'));
  process.once('exit', () => rmSync(path, { recursive: true, force: true }));
  const copy = copyForPacking();
  try {
    await pack(copy, path);
  } finally {
    rmSync(copy, { recursive: true });
  }
  const blocks = codeBlocks(subscriberPage());
  const python = await preparePython();
  const env = { ...shellEnvironment(), PYTHONUNBUFFERED: '1' };
  const install = blocks.find(({ language, text }) => language === 'sh' && text.startsWith('npm install'));
  await run('sh', ['-ec', install?.text ?? 'false'], { cwd: path, env });
  for (const { file, text } of blocks) if (file !== null) writeFileSync(join(path, file), text);

  const programs: Readonly<Record<string, string>> = { node: process.execPath, python };
  const start: SubscriberFolder['start'] = ([program, ...args], more = {}) =>
    watch(spawn(programs[program] ?? program, args, { cwd: path, env: { ...env, ...more } }), args.join(' '));
  return {
    path,
    env,
    async run([program, ...args], more = {}) {
      const { stdout } = await run(programs[program] ?? program, args, { cwd: path, env: { ...env, ...more } });
      return stdout;
    },
    start,
  };
};

const watch = (child: ChildProcess, what: string): RunningExample => {
  let output = '';
  let errors = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  const lines = () => output.split('\n');
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    lines,
    prints: async (line) => {
      await eventually(`${what} prints "${line}"`, () => {
        if (lines().includes(line)) return true;
        throw new Error(`it printed "${output}", and as errors "${errors}"`);
      });
    },
    async stop() {
      child.kill();
      await ended;
    },
  };
};
