import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { SERVICES, type ServiceName } from '../../api/client.ts';
import { useApi } from '../../api/context.tsx';
import type { DeadLetter, Redriven } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { ListState } from '../../ui/list-state.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { words } from '../../words.ts';
import { Moment } from './moment.tsx';
import styles from './operations.module.css';
import { deadLetterPath, PATHS, withQuery } from './paths.ts';
import { deadLettersQuery } from './queries.ts';
import { type Meant, Redrive, RedriveEnd } from './redrive.tsx';
import { shortType } from './short-type.ts';

const { deadLetters: texts } = words.operations;

/** What each service gave up. One that does not answer hides nothing of the others. */
export const DeadLetters = () => {
  const reason = new URLSearchParams(useSearch()).get('reason') ?? '';
  return (
    <>
      <p className={styles.lead}>{texts.lead}</p>
      <ReasonFilter key={reason} reason={reason} />
      {SERVICES.map((service) => (
        <LettersOf key={`${service} ${reason}`} service={service} reason={reason} />
      ))}
    </>
  );
};

/** Kept in the address, so that it can be passed on. */
const ReasonFilter = ({ reason }: { readonly reason: string }) => {
  const [, navigate] = useLocation();
  const [text, setText] = useState(reason);
  const show = (wanted: string) => navigate(withQuery(PATHS.deadLetters, { reason: wanted }));
  return (
    <form
      className={styles.filter}
      onSubmit={(event) => {
        event.preventDefault();
        show(text.trim());
      }}
    >
      <label>
        {texts.filter}
        <input
          value={text}
          placeholder={texts.filterHint}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <Button type="submit">{texts.apply}</Button>
      {reason !== '' && (
        <Button look="plain" onClick={() => show('')}>
          {texts.clear}
        </Button>
      )}
    </form>
  );
};

const LettersOf = ({ service, reason }: { readonly service: ServiceName; readonly reason: string }) => {
  const query = useInfiniteQuery(deadLettersQuery(useApi(), service, reason));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [end, setEnd] = useState<Redriven | null>(null);
  const letters = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const done = (redriven: Redriven) => {
    setChosen(new Set());
    setEnd(redriven);
  };
  return (
    <section className={styles.card} aria-labelledby={`of-${service}`}>
      <div className={styles.cardHead}>
        <h2 id={`of-${service}`}>{texts.of(service)}</h2>
        {query.isSuccess && letters.length === 0 && (
          <p className={styles.soft}>{reason === '' ? texts.empty : texts.emptyFor(reason)}</p>
        )}
        {letters.length > 0 && <Redriving service={service} reason={reason} chosen={[...chosen]} onDone={done} />}
      </div>
      {end !== null && <RedriveEnd end={end} />}
      <ListState
        query={query}
        advice={words.operations.away(service)}
        isEmpty={letters.length === 0}
        empty={null}
        loading={<p className={styles.soft}>{words.common.loading}</p>}
      >
        <Letters service={service} letters={letters} chosen={chosen} onChoose={setChosen} />
      </ListState>
      {query.hasNextPage && (
        <Button className={styles.more ?? ''} disabled={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
          {words.common.more}
        </Button>
      )}
    </section>
  );
};

interface RedrivingProps {
  readonly service: ServiceName;
  readonly reason: string;
  readonly chosen: readonly string[];
  readonly onDone: (end: Redriven) => void;
}

/** Those that are chosen; while none is, all of the reason that is looked at. */
const Redriving = ({ service, reason, chosen, onDone }: RedrivingProps) => {
  const all: Meant = reason === '' ? { all: true } : { all: true, matchingReason: reason };
  const allLabel = reason === '' ? texts.redrive.all : texts.redrive.allOf(reason);
  const isSome = chosen.length > 0;
  return (
    <Redrive
      service={service}
      label={isSome ? texts.redrive.chosen(chosen.length) : allLabel}
      meant={isSome ? { ids: chosen } : all}
      onDone={onDone}
    />
  );
};

interface LettersProps {
  readonly service: ServiceName;
  readonly letters: readonly DeadLetter[];
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (chosen: ReadonlySet<string>) => void;
}

const Letters = ({ service, letters, chosen, onChoose }: LettersProps) => {
  const isWhole = letters.every(({ id }) => chosen.has(id));
  const toggle = (id: string) =>
    onChoose(new Set(chosen.has(id) ? [...chosen].filter((each) => each !== id) : [...chosen, id]));
  return (
    <Table
      label={texts.of(service)}
      columns={columnsOf(service)}
      rows={letters}
      keyOf={({ id }) => id}
      choice={{
        head: (
          <label className={styles.chooseAll}>
            <input
              type="checkbox"
              checked={isWhole}
              onChange={() => onChoose(new Set(isWhole ? [] : letters.map(({ id }) => id)))}
            />
            <span>{texts.chooseAll}</span>
          </label>
        ),
        cell: ({ id }) => (
          <input type="checkbox" aria-label={texts.choose(id)} checked={chosen.has(id)} onChange={() => toggle(id)} />
        ),
      }}
    />
  );
};

const columnsOf = (service: ServiceName): readonly Column<DeadLetter>[] => [
  {
    name: texts.columns.reason,
    cell: ({ id, reason, recordType }) => (
      <>
        <Link className={styles.strong} href={deadLetterPath(service, id)}>
          {reason}
        </Link>
        <p className={styles.soft}>{recordType === null ? texts.unknownType : shortType(recordType)}</p>
      </>
    ),
  },
  {
    name: texts.columns.from,
    cell: ({ origin: { topic, partition, offset }, group }) => (
      <span>
        {words.operations.place(topic, partition, offset)}
        <span className={styles.below}>{group}</span>
      </span>
    ),
  },
  { name: texts.columns.attempts, isNumber: true, cell: ({ attempts }) => attempts },
  { name: texts.columns.at, cell: ({ at }) => <Moment atMs={at} /> },
  { name: texts.columns.redriven, cell: ({ redrivenAt }) => <Moment atMs={redrivenAt} /> },
];
