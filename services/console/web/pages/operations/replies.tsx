import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { useApi } from '../../api/context.tsx';
import type { ListedReply } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { Empty, ListState } from '../../ui/list-state.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { words } from '../../words.ts';
import { Moment } from './moment.tsx';
import styles from './operations.module.css';
import { PATHS, replyPath, withQuery } from './paths.ts';
import { type ReplyFilter, type ReplyState, repliesQuery } from './queries.ts';
import { isReplyState, REPLY_STATES, StatePill, whyOf } from './reply-states.tsx';

const { replies: texts } = words.operations;

/** Where every reply stands; the filter is kept in the address, so that it can be passed on. */
export const Replies = () => {
  const parameters = new URLSearchParams(useSearch());
  const state = parameters.get('state') ?? '';
  const filter: ReplyFilter = {
    state: isReplyState(state) ? state : '',
    channelId: parameters.get('channel') ?? '',
  };
  const query = useInfiniteQuery(repliesQuery(useApi(), filter));
  const replies = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const { title, advice } = filter.state === '' && filter.channelId === '' ? texts.none : texts.empty;
  return (
    <>
      <p className={styles.lead}>{texts.lead}</p>
      <Filter key={`${filter.state} ${filter.channelId}`} filter={filter} />
      <div className={styles.card}>
        <ListState
          query={query}
          advice={words.operations.away('outbound')}
          isEmpty={replies.length === 0}
          empty={
            <Empty icon="send" title={title}>
              <p>{advice}</p>
            </Empty>
          }
        >
          <Table label={texts.title} columns={COLUMNS} rows={replies} keyOf={keyOf} />
        </ListState>
        {query.hasNextPage && (
          <Button
            className={styles.more ?? ''}
            disabled={query.isFetchingNextPage}
            onClick={() => query.fetchNextPage()}
          >
            {words.common.more}
          </Button>
        )}
      </div>
    </>
  );
};

const Filter = ({ filter }: { readonly filter: ReplyFilter }) => {
  const [, navigate] = useLocation();
  const [channelId, setChannelId] = useState(filter.channelId);
  const show = (state: ReplyState | '', channel: string) =>
    navigate(withQuery(PATHS.replies, { state, channel: channel.trim() }));
  return (
    <form
      className={styles.filter}
      onSubmit={(event) => {
        event.preventDefault();
        show(filter.state, channelId);
      }}
    >
      <label>
        {texts.state}
        <select value={filter.state} onChange={({ target }) => show(target.value as ReplyState | '', channelId)}>
          <option value="">{texts.allStates}</option>
          {REPLY_STATES.map((state) => (
            <option key={state} value={state}>
              {texts.states[state]}
            </option>
          ))}
        </select>
      </label>
      <label>
        {texts.channel}
        <input
          value={channelId}
          placeholder={texts.channelHint}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => setChannelId(target.value)}
        />
      </label>
      <Button type="submit">{texts.apply}</Button>
    </form>
  );
};

const keyOf = ({ channelId, replyId }: ListedReply): string => `${channelId} ${replyId}`;

const COLUMNS: readonly Column<ListedReply>[] = [
  {
    name: texts.columns.reply,
    cell: ({ replyId, channelId }) => (
      <>
        <Link className={styles.strong} href={replyPath(replyId, channelId)}>
          {replyId}
        </Link>
        <p className={styles.soft}>{`${texts.channel} ${channelId}`}</p>
      </>
    ),
  },
  { name: texts.columns.state, cell: ({ state }) => <StatePill state={state} /> },
  {
    name: texts.columns.why,
    cell: (reply) => whyOf(reply) ?? <span className={styles.soft}>{words.operations.none}</span>,
  },
  { name: texts.columns.attempts, isNumber: true, cell: ({ attempts }) => attempts },
  { name: texts.columns.queuedAt, cell: ({ queuedAt }) => <Moment atMs={queuedAt} /> },
];
