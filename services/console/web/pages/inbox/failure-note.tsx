import { useMutation } from '@tanstack/react-query';
import { useApi } from '../../api/context.tsx';
import { readable } from '../../api/problem.ts';
import type { Failure, Message } from '../../api/types.ts';
import { dayAndTime } from '../../time/format.ts';
import { Button } from '../../ui/button.tsx';
import { Details } from '../../ui/details.tsx';
import { words } from '../../words.ts';
import styles from './message.module.css';

interface FailureNoteProps {
  readonly message: Message;
  readonly failure: Failure;
  readonly name: string;
}

/** Why an answer was not sent, whether anything reached the customer, and what to do: under the answer itself. */
export const FailureNote = ({ message: { replyId }, failure, name }: FailureNoteProps) => {
  const api = useApi();
  const retry = useMutation({
    mutationFn: (id: string) =>
      api.conversations.POST('/v1/replies/{replyId}/retry', { params: { path: { replyId: id } } }),
  });
  const { failed, status } = words.conversation;
  return (
    <div className={styles.failure} role="note">
      <b>{failure.message === '' ? status.failed : failed.notSent(failure.message)}</b>
      <p>
        {failure.advice} {failed.nothingReached(name)}
        {failure.nextAllowedAt !== null && ` ${failed.allowedAt(dayAndTime(failure.nextAllowedAt))}`}
      </p>
      {retry.isError && <p role="alert">{readable(retry.error).title}</p>}
      <div className={styles.acts}>
        {failure.retryable && replyId !== null && (
          <Button look="plain" disabled={retry.isPending || retry.isSuccess} onClick={() => retry.mutate(replyId)}>
            {retry.isSuccess ? failed.retried : failed.retry}
          </Button>
        )}
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
