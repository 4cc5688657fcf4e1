import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removeVolume } from './containers/engine.ts';

/** Folders below the state folder, by the server that keeps its data there. */
export const dataFolder = (stateFolder: string, server: 'kafka' | 'postgres'): string => join(stateFolder, server);

/** Removes all that dependencies kept for this state folder, whichever way they ran. None of them may be running. */
export const removeState = async (stateFolder: string): Promise<void> => {
  await removeVolume(dataFolder(stateFolder, 'kafka'));
  await removeVolume(dataFolder(stateFolder, 'postgres'));
  await rm(stateFolder, { recursive: true, force: true });
};
