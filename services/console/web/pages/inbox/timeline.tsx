import { useInfiniteQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect, useMemo, useRef } from 'react';
import { useApi } from '../../api/context.tsx';
import { messagesQuery } from '../../api/queries.ts';
import type { Conversation, Message } from '../../api/types.ts';
import { useOutbox } from '../../outbox/use-outbox.ts';
import { dayHeading, dayKey } from '../../time/format.ts';
import { useNow } from '../../time/use-now.ts';
import { Button } from '../../ui/button.tsx';
import { Empty, ListState, Partial } from '../../ui/list-state.tsx';
import { words } from '../../words.ts';
import { Arrivals } from './arrivals.tsx';
import styles from './conversation.module.css';
import { MessageRow } from './message-row.tsx';
import { OutgoingRow } from './outgoing-row.tsx';
import { nameOf } from './people.ts';
import { ReferralRow } from './referral-row.tsx';
import { seenUpTo, type TimelineRow, timelineRows } from './timeline-rows.ts';
import { useReadMark } from './use-read-mark.ts';

const USUAL_ROW_PX = 64;
const NEAR_END_PX = 120;
const AWAY_PX = 400;

interface TimelineProps {
  readonly conversation: Conversation;
  /** It cannot be seen: nothing in it can be reached, and what arrives is said all the same. */
  readonly isCovered: boolean;
}

/** What was said, from the oldest down to what is being sent; opened at its end. */
export const Timeline = ({ conversation, isCovered }: TimelineProps) => {
  const { conversationId, referrals, customer } = conversation;
  const api = useApi();
  const query = useInfiniteQuery(messagesQuery(api, conversationId));
  const [outgoing, outbox] = useOutbox(conversationId);
  const messages = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  const rows = useMemo(
    () => timelineRows({ messages, referrals, outgoing, hasOlder: query.hasNextPage, dayOf: dayKey }),
    [messages, referrals, outgoing, query.hasNextPage],
  );
  useEffect(() => {
    outbox.forget(conversationId, new Set(messages.flatMap(({ replyId }) => replyId ?? [])));
  }, [outbox, conversationId, messages]);

  return (
    <div className={styles.timeline}>
      <div className={styles.seen} inert={isCovered}>
        <ListState
          query={query}
          isEmpty={rows.length === 0}
          empty={<Empty icon="inbox" title={words.conversation.none} />}
          saysNextPageError
        >
          <Rows rows={rows} messages={messages} conversation={conversation} query={query} />
        </ListState>
      </div>
      <Arrivals messages={messages} name={nameOf(customer)} />
    </div>
  );
};

interface RowsProps {
  readonly rows: readonly TimelineRow[];
  readonly messages: readonly Message[];
  readonly conversation: Conversation;
  readonly query: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly isFetchNextPageError: boolean;
    readonly error: unknown;
    fetchNextPage(): unknown;
  };
}

/** Only the rows that can be seen are there. It stays where one reads, and follows what comes while one is at its end. */
const Rows = ({ rows, messages, conversation, query }: RowsProps) => {
  const name = nameOf(conversation.customer);
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => USUAL_ROW_PX,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 12,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: NEAR_END_PX,
    paddingStart: 12,
    paddingEnd: 12,
  });
  const byId = useMemo(() => new Map(messages.map((message) => [message.messageId, message])), [messages]);
  const items = virtual.getVirtualItems();
  const isNearStart = (items[0]?.index ?? 0) < 4;
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;
  useEffect(() => {
    virtual.scrollToEnd();
  }, [virtual]);
  useStayAtEnd(scroll, virtual);
  const lastSent = rows.findLast((row) => row.kind === 'outgoing')?.key;
  useEffect(() => {
    // Who sends something wants to see it, wherever they read.
    if (lastSent !== undefined) virtual.scrollToEnd();
  }, [virtual, lastSent]);
  useEffect(() => {
    if (isNearStart && hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [isNearStart, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
  const isAway = !virtual.isAtEnd(AWAY_PX);
  useReadMark({ conversation, messages, seenMs: seenUpTo(rows, virtual.range?.endIndex ?? -1) });

  return (
    <>
      {isFetchNextPageError && <Partial error={query.error} onRetry={fetchNextPage} />}
      <div
        ref={scroll}
        className={styles.scroll}
        role="log"
        aria-label={words.conversation.messages(name)}
        // Rows come and go with the scrolling: what is new is said by itself.
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no pointer scrolls it by the keys
        tabIndex={0}
      >
        <ol className={styles.rows} style={{ height: virtual.getTotalSize() }}>
          {items.map(({ key, index, start }) => {
            const row = rows[index];
            return (
              row !== undefined && (
                <li
                  key={key}
                  ref={virtual.measureElement}
                  data-index={index}
                  className={styles.rowPlace}
                  style={{ transform: `translateY(${start}px)` }}
                >
                  <Row row={row} name={name} quoted={quotedBy(row, byId)} />
                </li>
              )
            );
          })}
        </ol>
      </div>
      {isAway && (
        <Button className={styles.toEnd ?? ''} icon="down" onClick={() => virtual.scrollToEnd()}>
          {words.conversation.newest}
        </Button>
      )}
    </>
  );
};

/** What the composer takes of the height, it takes from above: who was at the end stays there. */
const useStayAtEnd = (scroll: RefObject<HTMLElement | null>, virtual: { readonly scrollToEnd: () => void }): void => {
  useEffect(() => {
    const element = scroll.current;
    if (element === null) return;
    let isAtEnd = true;
    const note = (): void => {
      isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;
    };
    const resized = new ResizeObserver(() => isAtEnd && virtual.scrollToEnd());
    resized.observe(element);
    element.addEventListener('scroll', note);
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', note);
    };
  }, [scroll, virtual]);
};

const quotedBy = (row: TimelineRow, byId: ReadonlyMap<string | null, Message>): Message | null =>
  row.kind === 'message' && row.message.quotedMessageId !== null
    ? (byId.get(row.message.quotedMessageId) ?? null)
    : null;

interface RowProps {
  readonly row: TimelineRow;
  readonly name: string;
  readonly quoted: Message | null;
}

const Row = ({ row, name, quoted }: RowProps) => {
  switch (row.kind) {
    case 'day':
      return <Day atMs={row.atMs} />;
    case 'referral':
      return <ReferralRow referral={row.referral} />;
    case 'message':
      return <MessageRow message={row.message} isLastOfGroup={row.isLastOfGroup} name={name} quoted={quoted} />;
    case 'outgoing':
      return <OutgoingRow item={row.item} />;
  }
};

const Day = ({ atMs }: { readonly atMs: number }) => <h2 className={styles.day}>{dayHeading(atMs, useNow(60_000))}</h2>;
