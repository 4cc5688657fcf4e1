import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { ServiceName } from '../../api/client.ts';
import { useApi } from '../../api/context.tsx';
import type { Redriven, ShownDeadLetter } from '../../api/types.ts';
import { ListState } from '../../ui/list-state.tsx';
import { Table } from '../../ui/table.tsx';
import { words } from '../../words.ts';
import { Facts } from './facts.tsx';
import { ExactMoment } from './moment.tsx';
import styles from './operations.module.css';
import { PATHS } from './paths.ts';
import { deadLetterQuery } from './queries.ts';
import { Redrive, RedriveEnd } from './redrive.tsx';

const { detail, redrive } = words.operations.deadLetters;

interface DeadLetterDetailProps {
  readonly service: ServiceName;
  readonly id: string;
}

/** All that is known of one, and nothing of what it says. */
export const DeadLetterDetail = ({ service, id }: DeadLetterDetailProps) => {
  const query = useQuery(deadLetterQuery(useApi(), service, id));
  const [end, setEnd] = useState<Redriven | null>(null);
  return (
    <>
      <Link href={PATHS.deadLetters}>{detail.back}</Link>
      <section className={styles.card} aria-labelledby="letter">
        <div className={styles.cardHead}>
          <h2 id="letter">{detail.title(id, service)}</h2>
          {query.data !== undefined && (
            <Redrive service={service} label={redrive.one} meant={{ ids: [id] }} onDone={setEnd} />
          )}
        </div>
        {end !== null && <RedriveEnd end={end} />}
        <ListState
          query={query}
          advice={words.operations.away(service)}
          isEmpty={query.data === undefined}
          empty={null}
        >
          {query.data !== undefined && <Letter letter={query.data} />}
        </ListState>
      </section>
    </>
  );
};

const Letter = ({ letter }: { readonly letter: ShownDeadLetter }) => {
  const { origin } = letter;
  return (
    <>
      <Facts
        label={detail.facts}
        facts={[
          [detail.reason, letter.reason],
          [detail.type, letter.recordType ?? words.common.unknown],
          [detail.group, letter.group],
          [detail.from, words.operations.place(origin.topic, origin.partition, origin.offset)],
          [detail.key, origin.key ?? words.operations.none],
          [detail.attempts, letter.attempts],
          [detail.size, letter.isValueOmitted ? detail.omitted : detail.bytes(letter.sizeBytes)],
          [detail.at, <ExactMoment key="at" atMs={letter.at} />],
          [detail.redriven, <ExactMoment key="redriven" atMs={letter.redrivenAt} />],
        ]}
      />
      <h3>{detail.headers}</h3>
      <p className={styles.soft}>{detail.headersLead}</p>
      <Table
        label={detail.headers}
        rows={Object.entries(letter.headers)}
        keyOf={([name]) => name}
        columns={[
          { name: detail.header, cell: ([name]) => <code>{name}</code> },
          { name: detail.value, cell: ([, value]) => value },
        ]}
      />
    </>
  );
};
