import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { takeLock } from './run-lock.ts';

describe('the lock of a start', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'run-lock-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('is held by one at a time, and free after its release', async () => {
    const file = join(folder, 'lock');
    const first = await takeLock(file);
    expect(await takeLock(file)).to.equal(null);
    await first?.release();
    const second = await takeLock(file);
    expect(second?.wasStale).to.equal(false);
    await second?.release();
  });

  it('is free when its holder died, which the next one learns', async () => {
    const file = join(folder, 'lock');
    await writeFile(file, JSON.stringify({ port: 1, token: 'gone' }));
    const lock = await takeLock(file);
    expect(lock?.wasStale).to.equal(true);
    await lock?.release();
  });
});
