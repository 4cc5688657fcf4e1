import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly result: Promise<CommandResult>;
  /** What it has printed up to now. */
  stdout(): string;
  stderr(): string;
  interrupt(): void;
}

const MAIN = join(import.meta.dirname, '..', '..', 'services', 'operator', 'src', 'main.ts');

type Environment = Readonly<Record<string, string | undefined>>;

/** The command line as a process of its own, with these settings and no others. */
export const startCommand = (args: readonly string[], environment: Environment = {}): RunningCommand => {
  const child = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', MAIN, ...args], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const result = new Promise<CommandResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { result, stdout: () => stdout, stderr: () => stderr, interrupt: () => child.kill('SIGINT') };
};

export const runCommand = (args: readonly string[], environment: Environment = {}): Promise<CommandResult> =>
  startCommand(args, environment).result;

/** Lines that a person reads first when something failed, and must never be a stack trace. */
export const hasStackTrace = ({ stdout, stderr }: CommandResult): boolean => /^\s+at .*:\d+:\d+/m.test(stdout + stderr);

/** An address of this machine where nobody listens. */
export const NOBODY = '127.0.0.1:9';
