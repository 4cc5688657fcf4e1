import { type ChangePosition, canResume, comparePositions } from '../domain/change-position.ts';
import type { ChangeLog, ChangePage, LoggedChange } from './ports.ts';

/** Somebody who follows the changes of an account. */
export interface Follower {
  readonly accountId: string;
  readonly userId: string;
  /** False while it has more than it can take: it is passed over, and served from the log later. */
  isReady(): boolean;
  /** Told once, before anything else: from here on it gets everything. */
  begin(position: ChangePosition): void;
  deliver(changes: readonly LoggedChange[]): void;
  /** The log does not reach back to where it was, or is another: it has to ask for everything anew. */
  reset(position: ChangePosition): void;
}

export interface Following {
  /** Up to here it has got everything; null before it has begun. */
  position(): ChangePosition | null;
  end(): void;
}

export interface Seats {
  isEmpty(): boolean;
  /** `from` is null for whoever wants only what comes. */
  take(follower: Follower, from: ChangePosition | null): Following;
  /** Reads on and gives what there is; answers whether there is more to read at once. */
  serve(): Promise<boolean>;
}

interface Seat {
  readonly follower: Follower;
  position: ChangePosition | null;
  hasBegun: boolean;
}

interface SharedPage extends Omit<ChangePage, 'changes'> {
  readonly byAccount: ReadonlyMap<string | null, readonly LoggedChange[]>;
}

/**
 * Everybody is served from the same reads of the log, however many there are: a page behind the newest position and, if
 * somebody is behind it, one more from the place of the one who is furthest behind. Nobody waits for a follower that does
 * not take what it gets: it falls behind, and catches up by the log.
 */
export const createSeats = (log: Pick<ChangeLog, 'head' | 'readAfter'>, pageSize: number): Seats => {
  const seats = new Set<Seat>();
  let newest: ChangePosition | null = null;

  const readNewest = async (from: ChangePosition): Promise<{ readonly isFull: boolean }> => {
    const page = await log.readAfter(from, pageSize);
    if (page.head.position.epoch !== from.epoch) {
      newest = page.head.position;
      for (const seat of seats) reset(seat, newest);
      return { isFull: false };
    }
    newest = page.end;
    const shared = share(page);
    for (const seat of seats) serveNewest(seat, from, shared);
    return { isFull: page.changes.length >= pageSize };
  };

  const readBehind = async (upTo: ChangePosition): Promise<boolean> => {
    const behind = [...seats].filter((seat) => isBehind(seat, upTo) && seat.follower.isReady());
    const first = leastPosition(behind);
    if (first === null) return false;
    const shared = share(await log.readAfter(first, pageSize));
    for (const seat of behind) serveBehind(seat, shared);
    return true;
  };

  return {
    isEmpty: () => seats.size === 0,
    take: (follower, from) => {
      if (seats.size === 0) newest = null;
      const seat: Seat = { follower, position: from, hasBegun: false };
      seats.add(seat);
      return {
        position: () => (seat.hasBegun ? seat.position : null),
        end: () => seats.delete(seat),
      };
    },
    serve: async () => {
      newest ??= (await log.head()).position;
      const { isFull } = await readNewest(newest);
      return (await readBehind(newest)) || isFull;
    },
  };
};

const share = ({ changes, head, end }: ChangePage): SharedPage => ({
  byAccount: Map.groupBy(changes, ({ accountId }) => accountId),
  head,
  end,
});

/** Who brought a position has to be looked at once, even when it is the newest: it may be of another log. */
const isBehind = ({ position, hasBegun }: Seat, upTo: ChangePosition): boolean =>
  position !== null && (!hasBegun || comparePositions(position, upTo) < 0);

/** One of another epoch may come out: then this page serves nobody but it, which is reset. */
const leastPosition = (seats: readonly Seat[]): ChangePosition | null => {
  let least: ChangePosition | null = null;
  for (const { position } of seats) {
    if (position !== null && (least === null || comparePositions(position, least) < 0)) least = position;
  }
  return least;
};

/** To whoever has everything up to `from`, where the page begins; who only wants what comes begins at its end. */
const serveNewest = (seat: Seat, from: ChangePosition, page: SharedPage): void => {
  if (seat.position === null) begin(seat, page.end);
  else if (!isBehind(seat, from) && seat.follower.isReady()) give(seat, page);
};

const serveBehind = (seat: Seat, page: SharedPage): void => {
  if (seat.position === null) return;
  if (!canResume(seat.position, page.head)) {
    reset(seat, page.head.position);
    return;
  }
  begin(seat, seat.position);
  give(seat, page);
};

/** The page leaves nothing out between the seat's place and the page's end; what lies before that place it has got. */
const give = (seat: Seat, { byAccount, end }: SharedPage): void => {
  const { follower, position } = seat;
  if (position === null || comparePositions(position, end) >= 0) return;
  const theirs = (byAccount.get(follower.accountId) ?? []).filter(
    (change) =>
      comparePositions(change.position, position) > 0 && (change.userId === null || change.userId === follower.userId),
  );
  seat.position = end;
  if (theirs.length > 0) follower.deliver(theirs);
};

const begin = (seat: Seat, position: ChangePosition): void => {
  if (seat.hasBegun) return;
  seat.hasBegun = true;
  seat.position = position;
  seat.follower.begin(position);
};

const reset = (seat: Seat, position: ChangePosition): void => {
  seat.hasBegun = true;
  seat.position = position;
  seat.follower.reset(position);
};
