import { useInfiniteQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useApi } from '../../api/context.tsx';
import { conversationsQuery } from '../../api/queries.ts';
import type { Conversation } from '../../api/types.ts';
import { useNow } from '../../time/use-now.ts';
import { Button } from '../../ui/button.tsx';
import { Empty, ListState, Partial } from '../../ui/list-state.tsx';
import { words } from '../../words.ts';
import { ConversationRow } from './conversation-row.tsx';
import styles from './inbox.module.css';
import { InboxNotes } from './inbox-notes.tsx';
import { type InboxView, ListHead } from './list-head.tsx';
import { windowStateAt } from './reply-window.ts';
import { useInboxTitle } from './use-inbox-title.ts';
import { useSettled } from './use-settled.ts';

const ROW_PX = 66;
const RENEW_MS = 20_000;
const SEARCH_AFTER_MS = 250;

/** "Who needs me first?" */
export const ConversationList = ({ current }: { readonly current: string | null }) => {
  const api = useApi();
  const [typed, setTyped] = useState('');
  const [channelId, setChannelId] = useState<string | null>(null);
  const [view, setView] = useState<InboxView>('all');
  const search = useSettled(typed.trim(), SEARCH_AFTER_MS);
  const query = useInfiniteQuery(conversationsQuery(api, { search, channelId }));
  const nowMs = useNow(RENEW_MS);
  const all = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const shown = all.filter((conversation) => isIn(view, conversation, nowMs));
  useInboxTitle();

  return (
    <section className={styles.list} aria-label={words.inbox.title}>
      <ListHead
        {...{ typed, onType: setTyped, view, onView: setView, channelId, onChannel: setChannelId }}
        isBeside={current !== null}
        onDown={focusFirstRow}
      />
      <InboxNotes />
      <ListState query={query} isEmpty={all.length === 0} empty={<NoConversations search={search} />} saysNextPageError>
        <Rows conversations={shown} current={current} nowMs={nowMs} query={query} readsOn={view === 'all'}>
          {shown.length === 0 && view !== 'all' && !query.hasNextPage && (
            <Empty icon="check" title={words.inbox.nothingInView[view].title}>
              <p>{words.inbox.nothingInView[view].advice}</p>
            </Empty>
          )}
          {view !== 'all' && query.hasNextPage && (
            <p className={styles.foot}>
              {words.inbox.lookedThrough(all.length)}{' '}
              <Button look="plain" onClick={() => void query.fetchNextPage()}>
                {words.inbox.lookFurther}
              </Button>
            </p>
          )}
          {query.isFetchNextPageError && <Partial error={query.error} onRetry={() => query.fetchNextPage()} />}
        </Rows>
      </ListState>
    </section>
  );
};

const isIn = (view: InboxView, { unreadCount, replyWindow }: Conversation, nowMs: number): boolean => {
  if (view === 'unread') return unreadCount > 0;
  return view === 'all' || windowStateAt(replyWindow, nowMs).kind === 'closing';
};

const NoConversations = ({ search }: { readonly search: string }) => {
  const { title, advice } = search === '' ? words.inbox.noMessages : words.inbox.nothingFound;
  return (
    <Empty icon={search === '' ? 'inbox' : 'search'} title={title}>
      <p>{advice}</p>
    </Empty>
  );
};

interface RowsProps {
  readonly conversations: readonly Conversation[];
  readonly current: string | null;
  readonly nowMs: number;
  readonly query: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly isFetchNextPageError: boolean;
    fetchNextPage(): unknown;
  };
  /** Whether the next page is read when its place comes near. A part of the list is looked for page by page, by hand. */
  readonly readsOn: boolean;
  readonly children: React.ReactNode;
}

/** Only the rows that can be seen are there; the arrows reach all of them. */
const Rows = ({ conversations, current, nowMs, query, readsOn, children }: RowsProps) => {
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: conversations.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
    getItemKey: (index) => conversations[index]?.conversationId ?? index,
  });
  const items = rows.getVirtualItems();
  const isNearEnd = (items.at(-1)?.index ?? 0) >= conversations.length - 5;
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;
  // A page that failed waits for the button.
  const isDue = readsOn && isNearEnd && hasNextPage && !isFetchingNextPage && !isFetchNextPageError;
  useEffect(() => {
    if (isDue && conversations.length > 0) void fetchNextPage();
  }, [isDue, fetchNextPage, conversations.length]);

  const focusRow = (index: number): void => {
    const id = conversations[index]?.conversationId;
    if (id === undefined) return;
    rows.scrollToIndex(index);
    const element = rowElement(id);
    if (element !== null) element.focus();
    else requestAnimationFrame(() => hasFocus(scroll.current) && rowElement(id)?.focus());
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = conversations.findIndex(({ conversationId }) => conversationId === focusedConversation());
    const target = targetOf(event.key, at, conversations.length);
    if (target === null) return;
    event.preventDefault();
    focusRow(target);
  };
  const rendered = items.flatMap(({ index }) => conversations[index]?.conversationId ?? []);
  const tabStop = current !== null && rendered.includes(current) ? current : rendered[0];

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the arrows move the focus among the links in it, which stay reachable without
    <div ref={scroll} className={styles.scroll} onKeyDown={onKeyDown}>
      <ul className={styles.rows} style={{ height: rows.getTotalSize() }} aria-label={words.inbox.list}>
        {items.map(({ key, index, start }) => {
          const conversation = conversations[index];
          if (conversation === undefined) return null;
          return (
            <li
              key={key}
              className={styles.rowPlace}
              style={{ transform: `translateY(${start}px)` }}
              aria-setsize={hasNextPage ? -1 : conversations.length}
              aria-posinset={index + 1}
            >
              <ConversationRow
                conversation={conversation}
                isCurrent={conversation.conversationId === current}
                isTabStop={conversation.conversationId === tabStop}
                nowMs={nowMs}
              />
            </li>
          );
        })}
      </ul>
      {children}
    </div>
  );
};

const rowElement = (conversationId: string): HTMLElement | null =>
  document.querySelector<HTMLElement>(`[data-conversation="${CSS.escape(conversationId)}"]`);

/** Also when the row that had the focus is no longer there; not when somebody has gone on meanwhile. */
const hasFocus = (list: HTMLElement | null): boolean =>
  document.activeElement === document.body || (list?.contains(document.activeElement) ?? false);

const focusedConversation = (): string | undefined =>
  document.activeElement instanceof HTMLElement ? document.activeElement.dataset.conversation : undefined;

const targetOf = (key: string, at: number, count: number): number | null => {
  if (key === 'ArrowDown') return Math.min(at + 1, count - 1);
  if (key === 'ArrowUp') return Math.max(at - 1, 0);
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : null;
};

const focusFirstRow = (): void => document.querySelector<HTMLElement>('[data-conversation]')?.focus();

/** Where one was in the list, after a conversation was left. */
export const focusConversation = (conversationId: string): void => rowElement(conversationId)?.focus();
