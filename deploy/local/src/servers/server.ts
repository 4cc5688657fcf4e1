import type { StartedNetwork } from 'testcontainers';

/** How a dependency is run: by a container engine, or as a process of this machine. */
export type Way = 'container' | 'process';

/**
 * A server that tests can hurt. Whatever happens to it, it comes back on the same port with the same data.
 * A process that ends by any cause takes its servers along (see `spawnGuarded`; for containers, the reaper of testcontainers).
 */
export interface Server {
  readonly way: Way;
  /** Resolves when it answers in its own protocol. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** SIGKILL: no chance to flush anything. */
  kill(): Promise<void>;
  /** It keeps its connections and answers nothing until `unpause`. */
  pause(): Promise<void>;
  unpause(): Promise<void>;
  /** Stops it for good; data that was of this run alone is removed. */
  dispose(): Promise<void>;
}

export interface ServerOptions {
  readonly way: Way;
  /** Wanted port; the next free one when it is taken. Any free port without it. */
  readonly port?: number | undefined;
  /** Where the data stays. For a container it names a volume of the engine. Without it the data is of this run alone. */
  readonly dataFolder?: string | undefined;
  /** For containers that speak to each other. */
  readonly network?: StartedNetwork | undefined;
}
