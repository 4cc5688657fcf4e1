import { type ReactNode, useId, useState } from 'react';
import { readable } from '../api/problem.ts';
import { words } from '../words.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import styles from './reason-dialog.module.css';

interface ReasonDialogProps {
  readonly title: string;
  readonly children: ReactNode;
  /** What will be done, as a verb: "Disconnect". */
  readonly act: string;
  readonly look?: 'primary' | 'danger';
  readonly isBusy: boolean;
  /** Why it was not done, if so. */
  readonly error: unknown;
  readonly onClose: () => void;
  readonly onConfirm: (reason: string) => void;
}

const REASON_LENGTH = 500;

/** Asks whether, and why: the reason is kept with who did it and when. It is there for as long as it is rendered. */
export const ReasonDialog = ({
  title,
  children,
  act,
  look = 'primary',
  isBusy,
  error,
  onClose,
  onConfirm,
}: ReasonDialogProps) => {
  const id = useId();
  const [reason, setReason] = useState('');
  const [isMissing, setMissing] = useState(false);
  const confirm = () => {
    setMissing(reason.trim() === '');
    if (reason.trim() !== '') onConfirm(reason.trim());
  };
  const mistake = isMissing ? words.reasons.needed : error === null ? null : readable(error).title;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={title}
      acts={
        <>
          <Button onClick={onClose}>{words.common.cancel}</Button>
          <Button look={look} disabled={isBusy} onClick={confirm}>
            {act}
          </Button>
        </>
      }
    >
      {children}
      <label className={styles.label} htmlFor={id}>
        {words.reasons.label}
      </label>
      <textarea
        id={id}
        className={styles.reason}
        rows={2}
        maxLength={REASON_LENGTH}
        value={reason}
        aria-invalid={isMissing}
        aria-describedby={`${id}-mistake`}
        onChange={(event) => setReason(event.target.value)}
      />
      <p id={`${id}-mistake`} className={styles.mistake} role="alert">
        {mistake}
      </p>
    </Dialog>
  );
};
