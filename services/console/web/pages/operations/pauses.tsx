import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { bodyOf } from '../../api/client.ts';
import { useApi } from '../../api/context.tsx';
import { readable } from '../../api/problem.ts';
import { channelsQuery } from '../../api/queries.ts';
import type { Channel } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { Empty, ListState } from '../../ui/list-state.tsx';
import { Pill } from '../../ui/pill.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { words } from '../../words.ts';
import { Act } from './act.tsx';
import { Moment } from './moment.tsx';
import styles from './operations.module.css';
import { PATHS, withQuery } from './paths.ts';
import { pauseQuery } from './queries.ts';

const { channels: texts } = words.operations;

interface Line {
  readonly channelId: string;
  readonly name: string | null;
}

/** Whether the replies of a channel go out: those of the operator's account, and any other by its id. */
export const Pauses = () => {
  const wanted = new URLSearchParams(useSearch()).get('channel') ?? '';
  const query = useQuery(channelsQuery(useApi()));
  const lines = linesOf(query.data ?? [], wanted);
  return (
    <>
      <p className={styles.lead}>{texts.lead}</p>
      <Look key={wanted} wanted={wanted} />
      <div className={styles.card}>
        <ListState
          query={query}
          advice={words.operations.away('auth')}
          isEmpty={lines.length === 0}
          empty={
            <Empty icon="channels" title={texts.empty.title}>
              <p>{texts.empty.advice}</p>
            </Empty>
          }
        >
          <Table label={texts.list} columns={COLUMNS} rows={lines} keyOf={({ channelId }) => channelId} />
        </ListState>
      </div>
    </>
  );
};

/** The one that is looked for stands first, also where it is of another account. */
const linesOf = (channels: readonly Channel[], wanted: string): readonly Line[] => {
  const own = channels.map(({ channelId, displayName, username }) => ({ channelId, name: displayName ?? username }));
  if (wanted === '') return own;
  const found = own.find(({ channelId }) => channelId === wanted) ?? { channelId: wanted, name: null };
  return [found, ...own.filter(({ channelId }) => channelId !== wanted)];
};

const Look = ({ wanted }: { readonly wanted: string }) => {
  const [, navigate] = useLocation();
  const [text, setText] = useState(wanted);
  return (
    <form
      className={styles.filter}
      onSubmit={(event) => {
        event.preventDefault();
        navigate(withQuery(PATHS.channels, { channel: text.trim() }));
      }}
    >
      <label>
        {texts.look}
        <input
          value={text}
          placeholder={texts.lookHint}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => setText(target.value)}
        />
      </label>
      <Button type="submit">{texts.apply}</Button>
    </form>
  );
};

const usePause = (channelId: string) => useQuery(pauseQuery(useApi(), channelId));

const State = ({ channelId }: Line) => {
  const { data, error } = usePause(channelId);
  if (data !== undefined)
    return <Pill tone={data.isPaused ? 'warn' : 'good'}>{data.isPaused ? texts.paused : texts.sends}</Pill>;
  return <span className={styles.soft}>{error === null ? words.common.loading : readable(error).title}</span>;
};

const Since = ({ channelId }: Line) => {
  const { data } = usePause(channelId);
  return (
    <>
      <Moment atMs={data?.pausedAt ?? null} never={texts.notPaused} />
      {data?.pausedBy !== undefined && data.pausedBy !== null && (
        <span className={styles.below}>{texts.by(data.pausedBy)}</span>
      )}
    </>
  );
};

const PauseAct = ({ channelId, name }: Line) => {
  const { operator } = useApi();
  const { data } = usePause(channelId);
  if (data === undefined) return null;
  const { isPaused } = data;
  const { act, title, advice } = isPaused ? texts.resume : texts.pause;
  return (
    <Act
      key={act}
      label={act}
      title={title(name ?? channelId)}
      isDangerous={!isPaused}
      act={(reason) =>
        bodyOf(
          operator.outbound.POST(isPaused ? '/v1/channels/{channelId}/resume' : '/v1/channels/{channelId}/pause', {
            params: { path: { channelId } },
            body: { reason },
          }),
        )
      }
    >
      {advice}
    </Act>
  );
};

const COLUMNS: readonly Column<Line>[] = [
  {
    name: texts.columns.channel,
    cell: ({ channelId, name }) => (
      <>
        <span className={styles.strong}>{name ?? channelId}</span>
        <p className={styles.soft}>{name === null ? texts.anothers : channelId}</p>
      </>
    ),
  },
  { name: texts.columns.state, cell: (line) => <State {...line} /> },
  { name: texts.columns.since, cell: (line) => <Since {...line} /> },
  { name: texts.columns.act, cell: (line) => <PauseAct {...line} /> },
];
