import type { Failure, Message } from '../../api/types.ts';
import { dayAndTime } from '../../time/format.ts';
import { Details } from '../../ui/details.tsx';
import { words } from '../../words.ts';
import styles from './message.module.css';
import { SendAgain } from './send-again.tsx';

interface FailureNoteProps {
  readonly message: Message;
  readonly failure: Failure;
  readonly name: string;
}

/** Why an answer was not sent, whether anything reached the customer, and what to do: under the answer itself. */
export const FailureNote = ({ message: { replyId }, failure, name }: FailureNoteProps) => {
  const { failed, status } = words.conversation;
  return (
    <div className={styles.failure} role="note">
      <b>{failure.message === '' ? status.failed : failed.notSent(failure.message)}</b>
      <p>
        {failure.advice} {failed.nothingReached(name)}
        {failure.nextAllowedAt !== null && ` ${failed.allowedAt(dayAndTime(failure.nextAllowedAt))}`}
      </p>
      <div className={styles.acts}>
        {failure.retryable && replyId !== null && <SendAgain replyId={replyId} />}
        <Details
          facts={[
            [words.common.code, failure.code],
            [failed.tiktokCode, failure.tiktok?.code == null ? null : String(failure.tiktok.code)],
            [failed.tiktokRequest, failure.tiktok?.requestId ?? null],
          ]}
        />
      </div>
    </div>
  );
};
