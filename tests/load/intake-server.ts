import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A server under test, in a process of its own. */
export interface MeasuredServer {
  readonly url: string;
  /** Microseconds of processor time since its start. */
  cpuMicros(): Promise<number>;
  stop(): Promise<void>;
}

const PROBE = new URL('./intake-probe.ts', import.meta.url).href;

/** `arguments_` are Node's; resolves at the log line `service.ready`, which names the port. */
export const startServer = async (
  arguments_: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<MeasuredServer> => {
  const child = spawn(process.execPath, ['--import', PROBE, ...arguments_], {
    env: { PATH: process.env.PATH ?? '', NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const port = await readyPort(child);
  return {
    url: `http://127.0.0.1:${port}`,
    async cpuMicros() {
      const answer = once(child, 'message');
      child.send('cpu');
      const [{ user, system }] = (await answer) as [NodeJS.CpuUsage];
      return user + system;
    },
    async stop() {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
};

const readyPort = (child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`a server under test ended with ${code} before it was ready`)));
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { event, level, port } = JSON.parse(line) as Record<string, unknown>;
      if (event === 'service.ready') resolve(Number(port));
      else if (level === 'warn' || level === 'error') console.error(line);
    });
  });
