import type { Logger } from './ports.ts';

/** For whoever is told by a rejection or an answer what went wrong, and has no log. */
export const silentLogger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
