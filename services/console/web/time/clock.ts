/**
 * The time of the servers. What a person may still do depends on it, and the clock of their machine may be wrong: it is asked for,
 * and between two answers the machine's clock counts on.
 */
let offsetMs = 0;
const listeners = new Set<() => void>();

export const now = (): number => Math.round(Date.now() + offsetMs);

/** How far the servers are ahead of this machine, in milliseconds. */
export const offset = (): number => offsetMs;

/** Told when the servers' time turns out to be another than it was taken for. */
export const onTimeMoved = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Small differences are the network's. */
const TOLERANCE_MS = 1_500;

/** Asks at once and then again and again; an answer that does not come changes nothing. */
export const followServerTime = async (everyMs: number): Promise<void> => {
  await askForTime();
  setInterval(() => void askForTime(), everyMs);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void askForTime();
  });
};

const askForTime = async (): Promise<void> => {
  const askedAt = Date.now();
  try {
    const response = await fetch('/time', { signal: AbortSignal.timeout(5_000) });
    const { now: serverNow } = (await response.json()) as { readonly now: number };
    const halfWay = (askedAt + Date.now()) / 2;
    if (Math.abs(serverNow - halfWay - offsetMs) < TOLERANCE_MS) return;
    offsetMs = serverNow - halfWay;
  } catch {
    // The last answer is good enough until the next one.
    return;
  }
  for (const listener of listeners) listener();
};
