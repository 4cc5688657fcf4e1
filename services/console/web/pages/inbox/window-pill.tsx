import type { Conversation } from '../../api/types.ts';
import { remainingTime } from '../../time/format.ts';
import { useNow } from '../../time/use-now.ts';
import { Pill } from '../../ui/pill.tsx';
import { words } from '../../words.ts';
import { type WindowState, windowStateAt } from './reply-window.ts';
import styles from './window-pill.module.css';

const RENEW_MS = 10_000;

export const useWindowState = ({ replyWindow }: Conversation): WindowState =>
  windowStateAt(replyWindow, useNow(RENEW_MS));

/** Whether nothing can be sent, beyond doubt. */
export const useIsSurelyClosed = (conversation: Conversation): boolean =>
  useWindowState(conversation).kind === 'closed' && conversation.replyWindow.certain;

/** In the list: only what presses. */
export const ShortWindowPill = ({ state }: { readonly state: WindowState }) => {
  switch (state.kind) {
    case 'open':
      return null;
    case 'closing':
      return <Pill tone="warn">{words.inbox.window.left(remainingTime(state.leftMs, { isShort: true }))}</Pill>;
    case 'silence':
      return <Pill tone="warn">{words.inbox.window.over(state.remaining)}</Pill>;
    case 'closed':
      return <Pill>{words.inbox.window.closed}</Pill>;
  }
};

/** In the header: how long still, as words and as a ring. */
export const WindowCountdown = ({ conversation }: { readonly conversation: Conversation }) => {
  const state = useWindowState(conversation);
  const isCalm = state.kind === 'open' || state.kind === 'closed';
  return (
    <span className={`${styles.countdown} ${isCalm ? styles.calm : styles.pressing}`}>
      {(state.kind === 'open' || state.kind === 'closing') && (
        <span className={styles.ring} style={{ '--share': `${state.share * 100}%` } as React.CSSProperties} />
      )}
      <span className={styles.long} data-testid="reply-window">
        {countdownText(state)}
      </span>
      <span className={styles.short} aria-hidden="true">
        {shortText(state)}
      </span>
    </span>
  );
};

/** Where there is no room for a sentence. */
const shortText = (state: WindowState): string =>
  state.kind === 'open' || state.kind === 'closing' ? remainingTime(state.leftMs) : countdownText(state);

const countdownText = (state: WindowState): string => {
  const { window } = words.inbox;
  switch (state.kind) {
    case 'open':
    case 'closing':
      return window.leftToAnswer(remainingTime(state.leftMs));
    case 'silence':
      return window.over(state.remaining);
    case 'closed':
      return window.closed;
  }
};
