import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** The whole environment of the process; nothing is inherited beside it. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Standard output and standard error are appended to it. */
  readonly logFile: string;
  /** What asks the process to end by itself. */
  readonly stopSignal: NodeJS.Signals;
  /** A folder for this process alone, removed when nobody is left to do it: at the death of the parent. */
  readonly ownFolder?: string | undefined;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface GuardedProcess {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  isRunning(): boolean;
  signal(signal: NodeJS.Signals): void;
  /** Asks it to end, and kills it when it has not after `graceMs`. */
  stop(graceMs?: number): Promise<Exit>;
}

/**
 * Ties the process to the life of this one. File descriptor 3 is a pipe that only this process writes to, so it ends when this
 * process does, by whatever cause; a watcher in the background reads it and then ends the process. The command replaces the
 * shell by `exec`: its id, signals and exit are the command's own.
 */
const TIE = `
stop_signal=$1; own_folder=$2; shift 2
(
  exec >/dev/null 2>&1 </dev/null
  cat <&3
  kill -s "$stop_signal" $$ || exit 0
  kill -s CONT $$
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    sleep 0.25
    kill -0 $$ || break
  done
  kill -s KILL $$
  if [ -n "$own_folder" ]; then rm -rf "$own_folder"; fi
) &
exec 3<&-
exec "$@"
`;

const DEFAULT_GRACE_MS = 10_000;

/** Starts a process in a session of its own (Ctrl-C in the terminal does not reach it) that does not outlive this process. */
export const spawnGuarded = async (command: Command): Promise<GuardedProcess> => {
  const child = spawnTied(command);
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      child.stdio[3]?.destroy();
      resolve({ code, signal });
    });
  });
  const pid = await spawned(child, command.file);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const signal = (name: NodeJS.Signals): void => {
    if (isRunning()) child.kill(name);
  };

  return {
    pid,
    exited,
    isRunning,
    signal,
    stop: async (graceMs = DEFAULT_GRACE_MS) => {
      signal(command.stopSignal);
      signal('SIGCONT');
      const over = new AbortController();
      const grace = delay(graceMs, null, { signal: over.signal }).then(
        () => signal('SIGKILL'),
        () => undefined,
      );
      const exit = await exited;
      over.abort();
      await grace;

      return exit;
    },
  };
};

/** The end of a log file, for an error message; empty when there is none. */
export const lastLines = async (file: string, count = 15): Promise<string> => {
  const text = await readFile(file, 'utf8').catch(() => '');

  return text.trimEnd().split('\n').slice(-count).join('\n');
};

const spawnTied = ({ file, args, env, cwd, logFile, stopSignal, ownFolder = '' }: Command): ChildProcess => {
  const log = openSync(logFile, 'a');
  try {
    return spawn('/bin/sh', ['-c', TIE, file, stopSignal.replace(/^SIG/, ''), ownFolder, file, ...args], {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', log, log, 'pipe'],
    });
  } finally {
    closeSync(log);
  }
};

const spawned = (child: ChildProcess, file: string): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new Error(`could not start ${file}`, { cause })));
    child.once('spawn', () => resolve(child.pid ?? 0));
  });
