import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { useApi } from '../../api/context.tsx';
import type { Lineage } from '../../api/types.ts';
import { Banner } from '../../ui/banner.tsx';
import { Button } from '../../ui/button.tsx';
import { Empty, ListState } from '../../ui/list-state.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { words } from '../../words.ts';
import { type Fact, Facts } from './facts.tsx';
import { stepsOf } from './lineage-steps.ts';
import { ExactMoment } from './moment.tsx';
import styles from './operations.module.css';
import { lineagePath, replyPath } from './paths.ts';
import { lineageQuery } from './queries.ts';
import { shortType } from './short-type.ts';

const { lineage: texts } = words.operations;

interface Wanted {
  readonly id: string;
  readonly conversation: string;
}

/** The way of one message, from TikTok's log id to its status; what is looked for is kept in the address. */
export const MessageLineage = () => {
  const parameters = new URLSearchParams(useSearch());
  const wanted = { id: parameters.get('id') ?? '', conversation: parameters.get('conversation') ?? '' };
  return (
    <>
      <p className={styles.lead}>{texts.lead}</p>
      <Look key={`${wanted.id} ${wanted.conversation}`} wanted={wanted} />
      <section className={styles.card} aria-label={texts.title}>
        {wanted.id === '' ? (
          <Empty icon="search" title={texts.begin.title}>
            <p>{texts.begin.advice}</p>
          </Empty>
        ) : (
          <Found wanted={wanted} />
        )}
      </section>
    </>
  );
};

const Look = ({ wanted }: { readonly wanted: Wanted }) => {
  const [, navigate] = useLocation();
  const [id, setId] = useState(wanted.id);
  const [conversation, setConversation] = useState(wanted.conversation);
  return (
    <form
      className={styles.filter}
      onSubmit={(event) => {
        event.preventDefault();
        navigate(lineagePath(id.trim(), conversation.trim()));
      }}
    >
      <label>
        {texts.id}
        <input
          value={id}
          placeholder={texts.idHint}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => setId(target.value)}
        />
      </label>
      <label>
        {texts.conversation}
        <input
          value={conversation}
          placeholder={texts.conversationHint}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => setConversation(target.value)}
        />
      </label>
      <Button type="submit">{texts.apply}</Button>
    </form>
  );
};

const Found = ({ wanted: { id, conversation } }: { readonly wanted: Wanted }) => {
  const query = useQuery(lineageQuery(useApi(), id, conversation));
  const lineage = query.data;
  return (
    <ListState
      query={query}
      advice={words.operations.away('conversation')}
      isEmpty={lineage === undefined}
      empty={null}
    >
      {lineage !== undefined && (
        <>
          <h2>{texts.heading(id)}</h2>
          <Facts label={texts.facts} facts={factsOf(lineage)} />
          <h3>{texts.steps}</h3>
          <Steps lineage={lineage} />
          <h3>{texts.records}</h3>
          <Records lineage={lineage} />
        </>
      )}
    </ListState>
  );
};

const Steps = ({ lineage }: { readonly lineage: Lineage }) => (
  <ol className={styles.steps} aria-label={texts.steps}>
    {stepsOf(lineage).map(({ what, atMs, afterMs }) => (
      <li key={what}>
        <span className={styles.strong}>{what}</span>
        <span className={styles.below}>
          <ExactMoment atMs={atMs} />
          {afterMs !== null && `, ${texts.later(afterMs)}`}
        </span>
      </li>
    ))}
  </ol>
);

const Records = ({ lineage: { records, isSearchComplete } }: { readonly lineage: Lineage }) => (
  <>
    {!isSearchComplete && (
      <Banner tone="warn" role="status" title={texts.incomplete.title}>
        {texts.incomplete.advice}
      </Banner>
    )}
    {records.length === 0 ? (
      <p className={styles.soft}>{texts.noRecord}</p>
    ) : (
      <Table
        label={texts.records}
        columns={COLUMNS}
        rows={records}
        keyOf={({ topic, partition, offset }) => `${topic} ${partition} ${offset}`}
      />
    )}
  </>
);

const factsOf = ({ channelId, conversationId, message, reply, status }: Lineage): readonly Fact[] => [
  [texts.names.status, status],
  [texts.names.kind, message && texts.kind(message.direction, message.kind, message.source)],
  [texts.names.message, message?.messageId],
  [texts.names.logId, message?.logId],
  ...replyFacts(reply, channelId),
  [texts.names.channel, channelId],
  [texts.names.conversation, conversationId],
];

const replyFacts = (reply: Lineage['reply'], channelId: string): readonly Fact[] => {
  if (reply === null) return [];
  const { replyId, retryOf, attempts, failure } = reply;
  return [
    [
      texts.names.reply,
      <Link key="reply" href={replyPath(replyId, channelId)}>
        {replyId}
      </Link>,
    ],
    [texts.names.retryOf, retryOf],
    [texts.names.attempts, attempts],
    [texts.names.failure, failure && texts.failure(failure.code, failure.tiktokCode)],
    [texts.names.request, failure?.tiktokRequestId],
  ];
};

const COLUMNS: readonly Column<Lineage['records'][number]>[] = [
  {
    name: texts.columns.type,
    cell: ({ type }) => <span className={styles.strong}>{type === null ? words.common.unknown : shortType(type)}</span>,
  },
  { name: texts.columns.at, cell: ({ at }) => <ExactMoment atMs={at} /> },
  {
    name: texts.columns.place,
    cell: ({ topic, partition, offset }) => words.operations.place(topic, partition, offset),
  },
  { name: texts.columns.id, cell: ({ eventId }) => eventId ?? words.operations.none },
];
