import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { putPublishedManifest, takeFolder } from './tree.ts';

/** Run by npm before it packs, with `exec`, so that npm is the parent. */
const npm = process.ppid;

takeFolder(npm);

// npm runs `postpack` only after a pack that worked. This one waits for the end of both, however it comes.
const guard = [join(import.meta.dirname, 'give-back.ts'), String(npm), String(process.pid)];
spawn(process.execPath, guard, { detached: true, stdio: 'ignore' }).unref();

execFileSync('node', ['src/generate.ts'], { stdio: 'inherit' });
execFileSync('tsc', ['-p', 'tsconfig.dist.json'], { stdio: 'inherit' });
putPublishedManifest();
