import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from '@tiktok-channel/platform/testing';

const SIMULATOR = fileURLToPath(new URL('../../services/tiktok-simulator/src/main.ts', import.meta.url));
const MAIN = fileURLToPath(new URL('../../services/outbound/src/main.ts', import.meta.url));

/** Outbound as a process of its own, ready. */
export const startOutboundProcess = async (environment: Readonly<Record<string, string>>): Promise<ChildProcess> =>
  (await startProcess(MAIN, environment)).child;

/** A simulator as a process of its own, so that what keeps the tests' process busy delays nothing that arrives at TikTok. */
export const startSimulatorProcess = async (environment: Readonly<Record<string, string>>) => {
  const { child, ready } = await startProcess(SIMULATOR, { ...environment, HOST: '127.0.0.1', PORT: '0' });
  return { url: `http://127.0.0.1:${ready.port}`, stop: () => endProcess(child, 'SIGTERM') };
};

const startProcess = async (main: string, environment: Readonly<Record<string, string>>) => {
  const child = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', main], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    told = (told + chunk).slice(-100_000);
  });
  const ready = await eventually(
    'the process is ready',
    () => {
      if (child.exitCode !== null) throw new Error(`it ended: ${told}`);
      return told.split('\n').find((line) => line.includes('service.ready') && line.endsWith('}'));
    },
    { withinMs: 60_000 },
  );
  return { child, ready: JSON.parse(ready) as { readonly port: number } };
};

export const endProcess = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGCONT');
  child.kill(signal);
  await once(child, 'exit');
};
