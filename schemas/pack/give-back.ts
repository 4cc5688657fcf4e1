import { setTimeout } from 'node:timers/promises';
import { giveBackFolder, isRunning } from './tree.ts';

/** Run by npm after it packed; and by `prepack`, with the ids of npm and itself, for the case that npm never gets there. */
const awaited = process.argv.slice(2).map(Number);
const [npm = process.ppid] = awaited;

while (awaited.some(isRunning)) await setTimeout(50);
giveBackFolder(npm);
