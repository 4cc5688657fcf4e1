import { ageOf, exactTime, machineTime } from '../../time/format.ts';
import { useNow } from '../../time/use-now.ts';
import { words } from '../../words.ts';
import styles from './operations.module.css';

interface MomentProps {
  /** Epoch milliseconds. */
  readonly atMs: number | null;
  readonly never?: string;
}

/** How long ago something was, and exactly when for who points at it. */
export const Moment = ({ atMs, never = words.operations.never }: MomentProps) => {
  const nowMs = useNow(10_000);
  if (atMs === null) return <span className={styles.soft}>{never}</span>;
  return (
    <time dateTime={machineTime(atMs)} title={exactTime(atMs)}>
      {ageOf(atMs, nowMs)}
    </time>
  );
};

/** For facts that are compared with a log: to the second. */
export const ExactMoment = ({ atMs, never = words.operations.never }: MomentProps) =>
  atMs === null ? (
    <span className={styles.soft}>{never}</span>
  ) : (
    <time dateTime={machineTime(atMs)}>{exactTime(atMs)}</time>
  );
