import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Root of the repository, as a URL that ends in a slash. */
export const REPOSITORY = new URL('../../../', import.meta.url);

/** Downloads live outside the repository, so that every clone shares them. */
export const cacheFolder = (): string =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tiktok-channel');

/** A folder of this run alone. */
export const createRunFolder = async (name: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), `tiktok-channel-${name}-`));
  // PostgreSQL may run as another user than this process.
  await chmod(folder, 0o755);

  return folder;
};

/**
 * Fills a folder of the cache once. It is filled elsewhere and then renamed: a run that is killed leaves no half of it, and
 * of two runs at once one wins and both go on.
 */
export const fillCache = async (name: string, fill: (folder: string) => Promise<void>): Promise<void> => {
  await mkdir(cacheFolder(), { recursive: true });
  const unfinished = await mkdtemp(join(cacheFolder(), `.${name}-`));
  try {
    await fill(unfinished);
    await rename(unfinished, join(cacheFolder(), name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
};
