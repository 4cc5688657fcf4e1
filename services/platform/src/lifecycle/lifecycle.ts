import type { Logger } from '../kernel/index.ts';

/** A part of a process. Parts start in order and stop in reverse. */
export interface Part {
  readonly name: string;
  start?(): Promise<void> | void;
  stop?(): Promise<void> | void;
  /** Loops report progress here; a part without it is alive and ready while the process runs. */
  health?(): Health;
}

export interface Health {
  /** False: the process should be restarted. */
  readonly alive: boolean;
  /** False: no traffic for now; a dependency is away. Default: as `alive`. */
  readonly ready?: boolean;
  readonly reason?: string;
}

export interface Lifecycle {
  /** Starts the parts in order; when one fails, those already started are stopped and its error is thrown. */
  start(): Promise<void>;
  /** Not ready, then the parts in reverse order, within `stopWithinMs`. Safe to call twice. */
  stop(): Promise<void>;
  /** Stops and ends with a non-zero exit: a loop that cannot go on must not look alive. */
  fail(error: Error): void;
  /** True from the start of the last part to the start of stopping. */
  isReady(): boolean;
  isStopping(): boolean;
  health(): Health;
}

/** `stopWithinMs` is shorter than the pod's grace period (30 s by default), so that the end is ours and not SIGKILL's. */
export const createLifecycle = ({
  parts,
  logger,
  stopWithinMs = 20_000,
  exit = (code) => process.exit(code),
}: {
  readonly parts: readonly Part[];
  readonly logger: Logger;
  readonly stopWithinMs?: number;
  readonly exit?: (code: number) => void;
}): Lifecycle => {
  const started: Part[] = [];
  let ready = false;
  let stopping: Promise<void> | null = null;

  const stopParts = async (): Promise<void> => {
    for (const part of [...started].reverse()) {
      try {
        await part.stop?.();
      } catch (error) {
        logger.warn('part.stop_failed', { part: part.name }, error);
      }
    }
  };
  const stop = (): Promise<void> => {
    ready = false;
    stopping ??= withinBudget(stopParts(), stopWithinMs, () => logger.warn('service.stop_overran', { stopWithinMs }));
    return stopping;
  };
  const start = async (): Promise<void> => {
    for (const part of parts) {
      if (stopping !== null) return;
      started.push(part);
      try {
        await part.start?.();
      } catch (error) {
        await stop();
        throw new Error(`${part.name} did not start`, { cause: error });
      }
    }
    ready = stopping === null;
  };
  return {
    start,
    stop,
    fail: (error) => {
      logger.error('service.failed', {}, error);
      void stop().then(() => exit(1));
    },
    isReady: () => ready,
    isStopping: () => stopping !== null,
    health: () => worst(started),
  };
};

const worst = (parts: readonly Part[]): Health => {
  const reports = parts.flatMap((part) => {
    const health = part.health?.();
    return health === undefined
      ? []
      : [{ ...health, ready: health.ready ?? health.alive, reason: `${part.name}: ${health.reason ?? 'ok'}` }];
  });
  const bad = reports.filter((report) => !report.alive || !report.ready);
  return {
    alive: reports.every((report) => report.alive),
    ready: reports.every((report) => report.ready),
    ...(bad.length === 0 ? {} : { reason: bad.map((report) => report.reason).join('; ') }),
  };
};

const withinBudget = async (work: Promise<void>, budgetMs: number, overran: () => void): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const budget = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      overran();
      resolve();
    }, budgetMs);
  });
  await Promise.race([work, budget]);
  clearTimeout(timer);
};
