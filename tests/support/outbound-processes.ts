import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from '@tiktok-channel/platform/testing';

const MAIN = fileURLToPath(new URL('../../services/outbound/src/main.ts', import.meta.url));

/** Outbound as a process of its own, ready. */
export const startOutboundProcess = async (environment: Readonly<Record<string, string>>): Promise<ChildProcess> => {
  const child = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', MAIN], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    told = (told + chunk).slice(-100_000);
  });
  await eventually(
    'the process is ready',
    () => {
      if (child.exitCode !== null) throw new Error(`it ended: ${told}`);
      return told.includes('service.ready');
    },
    { withinMs: 60_000 },
  );
  return child;
};

export const endProcess = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGCONT');
  child.kill(signal);
  await once(child, 'exit');
};
