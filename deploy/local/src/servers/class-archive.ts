import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../folders.ts';
import { javaVersion } from './java.ts';

export interface ClassArchive {
  readonly flags: readonly string[];
  /** Keeps what a first run wrote when it ended, for all later ones. */
  keep(): Promise<void>;
}

/**
 * An archive of loaded classes makes a Java server start in half the time. The first server that ends by itself writes it. It
 * fits one version of Java and one class path, which `name` must stand for.
 */
export const openClassArchive = async (name: string): Promise<ClassArchive> => {
  const archive = join(cacheFolder(), `${name}-java-${await javaVersion()}.jsa`);
  if (existsSync(archive)) {
    return { flags: [`-XX:SharedArchiveFile=${archive}`, '-Xshare:auto'], keep: () => Promise.resolve() };
  }
  const unfinished = join(cacheFolder(), `.${name}-${randomUUID()}.jsa`);

  return {
    flags: [`-XX:ArchiveClassesAtExit=${unfinished}`],
    keep: async () => {
      if (existsSync(unfinished)) await rename(unfinished, archive);
      await rm(unfinished, { force: true });
    },
  };
};
