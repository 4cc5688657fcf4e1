import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { waitUntil } from '../wait.ts';
import { type Command, lastLines, spawnGuarded } from './guarded-process.ts';

describe('a guarded process', () => {
  let folder: string;

  const command = (script: string): Command => ({
    file: process.execPath,
    args: ['-e', script],
    env: {},
    cwd: folder,
    logFile: join(folder, 'log'),
    stopSignal: 'SIGTERM',
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guarded-process-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('has the id, the exit and the output of its command', async () => {
    const child = await spawnGuarded(command('console.log("one"); console.error(process.pid); process.exit(3)'));

    expect(await child.exited).to.deep.equal({ code: 3, signal: null });
    expect(await readFile(join(folder, 'log'), 'utf8')).to.equal(`one\n${child.pid}\n`);
    expect(await lastLines(join(folder, 'log'), 1)).to.equal(String(child.pid));
  });

  it('is killed when it does not end in time', async () => {
    const child = await spawnGuarded(
      command('process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1e6)'),
    );
    await waitUntil('no start', async () => (await lastLines(join(folder, 'log'))) === 'up', { deadlineMs: 5_000 });

    expect(await child.stop(100)).to.deep.equal({ code: null, signal: 'SIGKILL' });
  });

  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGINT'] as const) {
    it(`ends when its parent dies by ${signal}, its own folder too, even while it is paused`, async () => {
      const ownFolder = await mkdtemp(join(folder, 'own-'));
      const child = { ...command('console.log("up"); setInterval(() => {}, 1e6)'), ownFolder };
      const parent = spawn(
        process.execPath,
        [
          '--input-type=module-typescript',
          '-e',
          `import { spawnGuarded } from ${JSON.stringify(new URL('guarded-process.ts', import.meta.url).href)};
           const child = await spawnGuarded(${JSON.stringify(child)});
           console.log(child.pid);
           setInterval(() => {}, 1e6);`,
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const pid = Number(await once(parent.stdout, 'data'));
      await waitUntil('no start', async () => (await lastLines(child.logFile)) === 'up', { deadlineMs: 10_000 });
      process.kill(pid, 'SIGSTOP');
      parent.kill(signal);

      await waitUntil('it still runs', async () => !isRunning(pid), { deadlineMs: 5_000 });
      await waitUntil('its folder is there', async () => !existsSync(ownFolder), { deadlineMs: 10_000 });
    });
  }
});

/** An orphan that has ended stays a zombie until the machine's first process looks after it, which may take a while. */
const isRunning = (pid: number): boolean => {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });

  return /^[^Z\s]/.test(stdout);
};
