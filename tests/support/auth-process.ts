import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from '@tiktok-channel/platform/testing';
import type { AuthWorld } from './auth.ts';

const MAIN = fileURLToPath(new URL('../../services/auth/src/main.ts', import.meta.url));

const NODE_OPTIONS = [
  '--disable-warning=TimeoutNegativeWarning',
  '--import',
  import.meta.resolve('@tiktok-channel/platform/telemetry/register'),
];

/** Auth as a process of its own in a world without replicas, to be killed. */
export const createAuthProcesses = (world: () => AuthWorld) => {
  const processes: ChildProcess[] = [];
  return {
    /** Resolves when it answers. `output` is all that it has written. */
    start: async (environment: Readonly<Record<string, string>> = {}) => {
      const output: string[] = [];
      const child = spawn(process.execPath, [...NODE_OPTIONS, MAIN], {
        env: { ...world().environment, ...environment, PATH: process.env.PATH },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(String(chunk)));
      processes.push(child);
      await eventually('the service listens', async () => (await world().get('/v1/channels')).status === 401, {
        withinMs: 20_000,
      });
      return { child, output: (): string => output.join('') };
    },
    endAll: async () => {
      for (const child of processes.splice(0)) await end(child);
    },
  };
};

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
};

export const killNow = async (child: ChildProcess): Promise<void> => {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
};
