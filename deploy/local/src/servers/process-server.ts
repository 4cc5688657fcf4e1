import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { type Command, type GuardedProcess, lastLines, spawnGuarded } from '../processes/guarded-process.ts';
import { ProcessNotReady } from '../processes/supervised-process.ts';
import { waitUntil } from '../wait.ts';
import type { Server } from './server.ts';

export interface ProcessServerOptions {
  readonly name: string;
  readonly command: Command;
  readonly answers: () => Promise<boolean>;
  readonly removeData: () => Promise<void>;
}

const START_DEADLINE_MS = 60_000;

export const createProcessServer = ({ name, command, answers, removeData }: ProcessServerOptions): Server => {
  let running: GuardedProcess | null = null;

  const notReady = async (reason: string): Promise<ProcessNotReady> => {
    const { logFile } = command;

    return new ProcessNotReady({ process: name, reason, logFile, log: await lastLines(logFile) });
  };
  const died = async (): Promise<Error | null> => (running?.isRunning() ? null : notReady('ended while starting.'));

  const stop = async (): Promise<void> => {
    if (running) await sendToFamily(running.pid, 'SIGCONT');
    await running?.stop();
    running = null;
  };

  return {
    way: 'process',
    start: async () => {
      if (running?.isRunning()) return;
      running = await spawnGuarded(command);
      await waitUntil(`${name} did not answer`, answers, { deadlineMs: START_DEADLINE_MS, giveUp: died });
    },
    stop,
    kill: async () => {
      running?.signal('SIGKILL');
      await running?.exited;
      running = null;
    },
    pause: async () => {
      if (running) await sendToFamily(running.pid, 'SIGSTOP');
    },
    unpause: async () => {
      if (running) await sendToFamily(running.pid, 'SIGCONT');
    },
    dispose: async () => {
      await stop();
      await removeData();
    },
  };
};

/** To the process and its children: PostgreSQL answers from one child per connection. */
const sendToFamily = async (pid: number, signal: NodeJS.Signals): Promise<void> => {
  for (const member of [pid, ...(await childrenOf(pid))]) {
    try {
      process.kill(member, signal);
    } catch (error) {
      // A child may end between being listed and being signalled.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
};

const childrenOf = async (pid: number): Promise<readonly number[]> => {
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(
    async () => (await execa('pgrep', ['-P', String(pid)], { reject: false })).stdout,
  );

  return list.split(/\s+/).filter(Boolean).map(Number);
};
