/** A part of a process that looks at something again and again, for gauges that cannot ask when they are asked. */
export interface Watch<Seen> {
  readonly name: string;
  /** What was seen last; null before the first look. While looking fails, what was seen last stays, so that ages grow. */
  current(): Seen | null;
  start(): void;
  stop(): void;
}

const LOOK_EVERY_MS = 5_000;

export const createWatch = <Seen>({
  name,
  look,
  everyMs = LOOK_EVERY_MS,
}: {
  readonly name: string;
  readonly look: () => Promise<Seen>;
  readonly everyMs?: number;
}): Watch<Seen> => {
  let seen: Seen | null = null;
  let timer: NodeJS.Timeout | undefined;

  const lookAgain = async (): Promise<void> => {
    try {
      seen = await look();
    } catch {
      // A dependency is away, which has metrics and log lines of its own.
    }
  };
  return {
    name,
    current: () => seen,
    start() {
      void lookAgain();
      timer = setInterval(lookAgain, everyMs).unref();
    },
    stop() {
      clearInterval(timer);
    },
  };
};
