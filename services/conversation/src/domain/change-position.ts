/**
 * A place in the change log. `xid` is the transaction that changed something, `seq` orders its changes. Positions of
 * different epochs cannot be compared: a restored database counts its transactions anew.
 */
export interface ChangePosition {
  readonly epoch: string;
  readonly xid: bigint;
  readonly seq: bigint;
}

/** Below 0 when `a` comes first. Both are of one epoch. */
export const comparePositions = (a: ChangePosition, b: ChangePosition): number => {
  if (a.xid !== b.xid) return a.xid < b.xid ? -1 : 1;
  if (a.seq !== b.seq) return a.seq < b.seq ? -1 : 1;
  return 0;
};

export const formatPosition = ({ epoch, xid, seq }: ChangePosition): string => `${epoch}.${xid}.${seq}`;

/** At most 18 digits: BIGINT and XID8 hold 19. */
const POSITION = /^([\da-z]{1,32})\.(\d{1,18})\.(\d{1,18})$/;

/** Null for what is no position. */
export const parsePosition = (text: string): ChangePosition | null => {
  const [, epoch, xid, seq] = POSITION.exec(text) ?? [];
  return epoch === undefined || xid === undefined || seq === undefined
    ? null
    : { epoch, xid: BigInt(xid), seq: BigInt(seq) };
};

/** The log, as one statement saw it. */
export interface ChangeLogHead {
  /** What comes before it will not change any more; nothing of it is still to be committed. */
  readonly position: ChangePosition;
  /** What a transaction of the future will have at least. */
  readonly nextXid: bigint;
  /** The newest transaction of which something was deleted for its age. */
  readonly prunedThrough: bigint;
}

/** Whether the log can be read on from `position` without a gap: it is of this epoch, kept, and not of the future. */
export const canResume = (position: ChangePosition, head: ChangeLogHead): boolean =>
  position.epoch === head.position.epoch && position.xid > head.prunedThrough && position.xid <= head.nextXid;
