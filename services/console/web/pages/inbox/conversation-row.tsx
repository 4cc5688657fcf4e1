import { Link } from 'wouter';
import type { Conversation } from '../../api/types.ts';
import { useOutbox } from '../../outbox/use-outbox.ts';
import { usePerson } from '../../session/context.tsx';
import { useDraft } from '../../session/drafts.ts';
import { listTime, machineTime } from '../../time/format.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Pill } from '../../ui/pill.tsx';
import { useMedium } from '../../ui/use-medium.ts';
import { words } from '../../words.ts';
import styles from './inbox.module.css';
import { nameOf } from './people.ts';
import { linePreviewOf } from './preview.ts';
import { windowStateAt } from './reply-window.ts';
import { ShortWindowPill } from './window-pill.tsx';

export const pathOf = (conversationId: string): string => `/inbox/${encodeURIComponent(conversationId)}`;

interface RowProps {
  readonly conversation: Conversation;
  readonly isCurrent: boolean;
  /** Of all rows one takes part in the order of the Tab key. */
  readonly isTabStop: boolean;
  readonly nowMs: number;
}

/** Who, what last, when, and what presses. */
export const ConversationRow = ({ conversation, isCurrent, isTabStop, nowMs }: RowProps) => {
  const { conversationId, customer, lastMessage, unreadCount, updatedAt } = conversation;
  const [draft] = useDraft(usePerson(), conversationId);
  const { url: picture } = useMedium(customer.avatarUrl);
  const name = nameOf(customer);
  return (
    <Link
      href={pathOf(conversationId)}
      className={`${styles.row} ${unreadCount > 0 ? styles.isUnread : ''}`}
      aria-current={isCurrent ? 'true' : undefined}
      tabIndex={isTabStop ? 0 : -1}
      data-conversation={conversationId}
      draggable={false}
    >
      <Avatar name={name} picture={picture} hasBadge />
      <span className={styles.lines}>
        <span className={styles.line}>
          <span className={styles.name}>
            <bdi>{name}</bdi>
          </span>
          <time className={styles.time} dateTime={machineTime(updatedAt)}>
            {listTime(updatedAt, nowMs)}
          </time>
        </span>
        <span className={styles.line}>
          <span className={styles.last}>
            {draft === '' ? (
              <bdi>{linePreviewOf(lastMessage)}</bdi>
            ) : (
              <>
                <span className={styles.draft}>{words.inbox.draft}</span> <bdi>{draft}</bdi>
              </>
            )}
          </span>
          <Pressing conversation={conversation} nowMs={nowMs} />
        </span>
      </span>
    </Link>
  );
};

/** The one thing that presses most. */
const Pressing = ({ conversation, nowMs }: Pick<RowProps, 'conversation' | 'nowMs'>) => {
  const { conversationId, lastMessage, unreadCount, replyWindow } = conversation;
  const [outgoing] = useOutbox(conversationId);
  const isHeldUp = outgoing.some(({ state }) => state === 'refused');
  if (isHeldUp || lastMessage.status === 'failed') return <Pill tone="bad">{words.inbox.window.failed}</Pill>;
  return (
    <>
      <ShortWindowPill state={windowStateAt(replyWindow, nowMs)} />
      {unreadCount > 0 && (
        <Pill tone="strong">
          <span aria-hidden="true">{words.inbox.unread(unreadCount)}</span>
          <span className="hidden-text">{words.inbox.unreadLong(unreadCount)}</span>
        </Pill>
      )}
    </>
  );
};
