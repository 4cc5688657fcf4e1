import { useMutation } from '@tanstack/react-query';
import { useApi } from '../../api/context.tsx';
import { readable } from '../../api/problem.ts';
import type { Message } from '../../api/types.ts';
import { clockTime } from '../../time/format.ts';
import { Button } from '../../ui/button.tsx';
import { Icon, type IconName } from '../../ui/icon.tsx';
import { words } from '../../words.ts';
import styles from './message.module.css';
import { SendAgain } from './send-again.tsx';

const ICONS = {
  queued: 'clock',
  delayed: 'clock',
  sent: 'check',
  delivered: 'checks',
  read: 'checks',
  failed: 'alert',
  unknown: 'question',
  cancelled: 'close',
} as const satisfies Record<NonNullable<Message['status']>, IconName>;

/** How far an answer has come, as a tick and in a word. */
export const MessageStatus = ({ message }: { readonly message: Message }) => {
  const { status, delay, replyId } = message;
  if (status === null) return null;
  const texts = words.conversation.status;
  // A pause has no end that is known.
  const untilMs = delay === null || delay.reason === 'channel_paused' ? null : delay.until;
  return (
    <>
      <span className={`${styles.status} ${styles[status] ?? ''}`}>
        <Icon name={ICONS[status]} size={15} />
        {untilMs === null ? texts[status] : texts.delayedUntil(clockTime(untilMs))}
      </span>
      {delay !== null && <span>{delayText(delay.reason)}</span>}
      {status === 'unknown' && <Unknown message={message} />}
      {(status === 'queued' || status === 'delayed') && replyId !== null && <TakeBack replyId={replyId} />}
    </>
  );
};

const delayText = (reason: string): string => {
  const { delays } = words.conversation;
  return Object.hasOwn(delays, reason) ? delays[reason as keyof typeof delays] : delays.other;
};

/** Once nobody looks for it any more, who wrote it may send it again, at the risk that it arrives twice. */
const Unknown = ({ message: { replyId, isSettled } }: { readonly message: Message }) => {
  const { unknownAdvice, neverKnown } = words.conversation.status;
  if (isSettled !== true || replyId === null) return <span>{unknownAdvice}</span>;
  return (
    <>
      <span>{neverKnown}</span>
      <SendAgain replyId={replyId} />
    </>
  );
};

/** Whether it still could be taken back, its status tells. */
const TakeBack = ({ replyId }: { readonly replyId: string }) => {
  const api = useApi();
  const cancel = useMutation({
    mutationFn: () => api.conversations.POST('/v1/replies/{replyId}/cancel', { params: { path: { replyId } } }),
  });
  const { failed } = words.conversation;
  return (
    <>
      <Button look="plain" disabled={cancel.isPending || cancel.isSuccess} onClick={() => cancel.mutate()}>
        {cancel.isSuccess ? failed.takingBack : failed.takeBack}
      </Button>
      {cancel.isError && (
        <span className={styles.failed} role="alert">
          {failed.notTakenBack(readable(cancel.error).title)}
        </span>
      )}
    </>
  );
};
