export const OK = 0;
export const FAILED = 1;
export const WRONG_USAGE = 2;
/** As a shell has it for SIGINT. */
export const INTERRUPTED = 130;

/** Runs what a command does; what it answers is the exit code. */
export type CommandFunction = (work: () => Promise<number>) => Promise<void>;
