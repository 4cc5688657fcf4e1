import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { REPOSITORY } from './folders.ts';
import { waitUntil } from './wait.ts';

/** In place of the product: says that it runs, and that it was asked to end. */
const STAND_IN = `
process.on('SIGTERM', () => { console.log('stopped'); process.exit(0); });
setTimeout(() => process.exit(1), 20_000);
console.log('running');
`;

describe('npm start', () => {
  it('ends what it runs when npm itself is told to end', async () => {
    const { scripts } = JSON.parse(await readFile(new URL('package.json', REPOSITORY), 'utf8'));
    const folder = await mkdtemp(join(tmpdir(), 'npm-start-'));
    const start = scripts.start.replace('deploy/local/src/start.ts', 'stand-in.js');
    await writeFile(join(folder, 'package.json'), JSON.stringify({ scripts: { start } }));
    await writeFile(join(folder, 'stand-in.js'), STAND_IN);

    const npm = spawn('npm', ['start'], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
    let told = '';
    npm.stdout.on('data', (chunk) => {
      told += String(chunk);
    });
    await waitUntil('it did not run', async () => told.includes('running'), { deadlineMs: 20_000 });
    npm.kill('SIGTERM');
    await once(npm, 'close');
    await rm(folder, { recursive: true });

    expect(told).to.include('stopped');
  });
});
