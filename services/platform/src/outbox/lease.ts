import type { Clock } from '../kernel/index.ts';
import type { OutboxStore, RelayLease } from './ports.ts';

/** One replica's view of who relays. */
export interface Lease {
  /** The epoch while this replica holds the lease, as far as it knows. */
  readonly epoch: bigint | null;
  /** Shows a sign of life unless the last one is fresh; `false`: another has taken over. */
  hold(): Promise<boolean>;
  /** As `hold`; and takes the lease when it is free, or when its holder shows no sign of life. */
  holdOrTake(): Promise<boolean>;
  /** Shows a sign of life now; `false`: another has taken over. */
  confirm(): Promise<boolean>;
  /** Told by a fenced statement that another has taken over. */
  lose(): void;
  /** Gives it back, so that another need not wait. */
  release(): Promise<void>;
}

export interface LeaseOptions {
  readonly store: Pick<OutboxStore, 'readLease' | 'takeLease' | 'renewLease' | 'releaseLease'>;
  readonly clock: Clock;
  /** For how long a holder may show no sign of life. */
  readonly leaseMs: number;
}

export const createLease = ({ store, clock, leaseMs }: LeaseOptions): Lease => {
  let epoch: bigint | null = null;
  let confirmedAt = 0;
  let observed: { readonly lease: RelayLease; readonly sinceMs: number } | null = null;

  const lose = (): void => {
    epoch = null;
    observed = null;
  };

  const confirm = async (): Promise<boolean> => {
    const held = epoch;
    if (held === null) return false;
    const atMs = clock.now();
    const isHeld = await store.renewLease(held);
    // An answer may come after the lease was lost and taken again.
    if (epoch !== held) return false;
    if (isHeld) confirmedAt = atMs;
    else lose();
    return isHeld;
  };

  const hold = async (): Promise<boolean> => {
    const ageMs = clock.now() - confirmedAt;
    const isFresh = epoch !== null && ageMs >= 0 && ageMs < leaseMs / 3;
    return isFresh || (await confirm());
  };

  /** True when the holder has been seen without a sign of life for the whole lease, on this replica's clock alone. */
  const hasLapsed = (lease: RelayLease): boolean => {
    const now = clock.now();
    const isUnchanged = observed?.lease.epoch === lease.epoch && observed.lease.beat === lease.beat;
    if (observed === null || !isUnchanged || now < observed.sinceMs) observed = { lease, sinceMs: now };
    return !lease.held || now - observed.sinceMs >= leaseMs;
  };

  const take = async (): Promise<boolean> => {
    const atMs = clock.now();
    const seen = await store.readLease();
    if (!hasLapsed(seen)) return false;
    const taken = await store.takeLease(seen);
    if (taken === null) return false;
    epoch = taken.epoch;
    confirmedAt = atMs;
    return true;
  };

  return {
    get epoch() {
      return epoch;
    },
    confirm,
    hold,
    lose,

    async holdOrTake() {
      try {
        return (await hold()) || (await take());
      } catch (error) {
        // While nobody can reach the database, no holder can show a sign of life: begin to count again.
        observed = null;
        throw error;
      }
    },

    async release() {
      if (epoch === null) return;
      const held = epoch;
      lose();
      await store.releaseLease(held);
    },
  };
};
