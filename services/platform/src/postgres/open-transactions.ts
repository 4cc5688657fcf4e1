import { declaringMeter } from '../telemetry/index.ts';

/** Of a snapshot, in the database's own numbers (`xid8` as text). */
export interface TransactionBounds {
  readonly oldest: string;
  readonly next: string;
}

/**
 * How long the oldest write transaction of the database cluster has been open. No statement says so to a user without
 * privileges: it is the time for which the lowest open transaction id has been the same. That id also is where readers of
 * the change log stop, so this is how far the live stream is held back.
 */
export const createTransactionWatch = (now: () => number = () => performance.now()) => {
  let oldest: { readonly id: string; readonly seenAt: number } | null = null;

  const gauge = declaringMeter('@tiktok-channel/platform/postgres').createObservableGauge(
    'tiktok_channel.database.longest_transaction',
    {
      description: "For how long the database cluster's oldest write transaction has been seen open; 0 without one",
      unit: 's',
    },
  );
  const openSeconds = (): number => (oldest === null ? 0 : (now() - oldest.seenAt) / 1_000);
  const show: Parameters<typeof gauge.addCallback>[0] = (result) => result.observe(openSeconds());
  gauge.addCallback(show);
  return {
    saw(bounds: TransactionBounds): void {
      if (bounds.oldest === bounds.next) oldest = null;
      else if (oldest?.id !== bounds.oldest) oldest = { id: bounds.oldest, seenAt: now() };
    },
    openSeconds,
    stop: () => gauge.removeCallback(show),
  };
};
