import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..');
const manifest = join(folder, 'package.json');
/** All that a pack makes lies here; git ignores it. */
const made = join(folder, 'dist');
const source = join(made, 'source.json');
const packer = join(made, 'packer.pid');

/**
 * npm packs a workspace with the manifest that lies in its folder, and has no setting for another. Ours points at the
 * sources, which Node does not run under `node_modules`: so while npm packs, the published manifest lies in its place.
 */
export const putPublishedManifest = (): void => {
  const text = readFileSync(manifest, 'utf8');
  writeFileSync(source, text);
  replaceManifest(published(text));
};

/** Takes the folder for the npm process that packs it, and puts right what a pack that was cut short left behind. */
export const takeFolder = (npm: number): void => {
  const other = owner();
  if (other !== null && isRunning(other)) throw new Error(`another npm (process ${other}) is packing this folder`);
  restore();
  mkdirSync(made);
  writeFileSync(packer, String(npm));
};

/** Puts everything back as it was before that npm process took the folder. Does nothing when it was done before. */
export const giveBackFolder = (npm: number): void => {
  if (owner() === npm) restore();
};

export const isRunning = (processId: number): boolean => {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    // Nobody is there to take even an empty signal.
    return false;
  }
};

const owner = (): number | null => (existsSync(packer) ? Number(readFileSync(packer, 'utf8')) : null);

const restore = (): void => {
  if (existsSync(source)) replaceManifest(readFileSync(source, 'utf8'));
  rmSync(made, { recursive: true, force: true });
};

/** Whole or not at all, also for those who read it meanwhile. */
const replaceManifest = (text: string): void => {
  const next = join(made, 'next.json');
  writeFileSync(next, text);
  renameSync(next, manifest);
};

/** `publishConfig` in force, and nothing of what concerns this repository alone. */
const published = (text: string): string => {
  const { private: _private, scripts: _scripts, devDependencies: _development, ...kept } = JSON.parse(text);
  const { publishConfig, ...rest } = kept;
  return `${JSON.stringify({ ...rest, ...publishConfig }, null, 2)}\n`;
};
