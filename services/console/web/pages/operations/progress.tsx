import { useQuery } from '@tanstack/react-query';
import { SERVICES, type ServiceName } from '../../api/client.ts';
import { useApi } from '../../api/context.tsx';
import type { Outbox } from '../../api/types.ts';
import { ListState } from '../../ui/list-state.tsx';
import { Pill, type Tone } from '../../ui/pill.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { words } from '../../words.ts';
import { type ConsumerLine, type ConsumerState, linesOf } from './consumer-lines.ts';
import { Moment } from './moment.tsx';
import styles from './operations.module.css';
import { consumersQuery, outboxesQuery } from './queries.ts';

const { progress: texts } = words.operations;

/** How far everything that reads and everything that waits to be published is. */
export const ProgressOfAll = () => (
  <>
    <p className={styles.lead}>{texts.lead}</p>
    {SERVICES.map((service) => (
      <section key={service} className={styles.card} aria-labelledby={`progress-${service}`}>
        <h2 id={`progress-${service}`}>{texts.of(service)}</h2>
        <Consumers service={service} />
        <Outboxes service={service} />
      </section>
    ))}
  </>
);

const Loading = () => <p className={styles.soft}>{words.common.loading}</p>;

const Consumers = ({ service }: { readonly service: ServiceName }) => {
  const query = useQuery(consumersQuery(useApi(), service));
  const lines = linesOf(query.data ?? []);
  return (
    <ListState
      query={query}
      advice={words.operations.away(service)}
      isEmpty={lines.length === 0}
      empty={<p className={styles.soft}>{texts.noConsumers}</p>}
      loading={<Loading />}
    >
      <Table
        label={texts.consumers(service)}
        columns={COLUMNS}
        rows={lines}
        keyOf={({ group, topic }) => `${group} ${topic}`}
      />
    </ListState>
  );
};

/** Not every service has one. */
const Outboxes = ({ service }: { readonly service: ServiceName }) => {
  const query = useQuery(outboxesQuery(useApi(), service));
  const outboxes = query.data ?? [];
  return (
    <ListState
      query={query}
      advice={words.operations.away(service)}
      isEmpty={outboxes.length === 0}
      empty={null}
      loading={null}
    >
      <Table label={texts.outboxes(service)} columns={OUTBOX_COLUMNS} rows={outboxes} keyOf={({ name }) => name} />
    </ListState>
  );
};

const TONES: Readonly<Record<ConsumerState, Tone>> = {
  idle: 'good',
  running: 'neutral',
  retrying: 'bad',
  elsewhere: 'neutral',
};

const lagText = (lag: number | null): string => (lag === null ? texts.unknownLag : lag.toLocaleString('en'));

const COLUMNS: readonly Column<ConsumerLine>[] = [
  {
    name: texts.columns.group,
    cell: (line) => (
      <>
        <span className={styles.strong}>{line.group}</span>
        <span className={styles.below}>{line.topic}</span>
        {line.behind.length > 0 && <Behind line={line} />}
      </>
    ),
  },
  { name: texts.columns.lag, isNumber: true, cell: ({ lag }) => lagText(lag) },
  { name: texts.columns.progress, cell: ({ lastProgressAt }) => <Moment atMs={lastProgressAt} /> },
  {
    name: texts.columns.state,
    cell: ({ state, reason }) => (
      <span>
        <Pill tone={TONES[state]}>{texts.states[state]}</Pill>
        {reason !== null && <span className={styles.below}>{reason}</span>}
      </span>
    ),
  },
];

const Behind = ({ line: { behind, partitions } }: { readonly line: ConsumerLine }) => (
  <details>
    <summary>{texts.behind(behind.length, partitions)}</summary>
    <ul className={styles.soft}>
      {behind.map(({ partition, lag, state }) => (
        <li key={partition}>{texts.partition(partition, lagText(lag), texts.states[state].toLowerCase())}</li>
      ))}
    </ul>
  </details>
);

const OUTBOX_COLUMNS: readonly Column<Outbox>[] = [
  { name: texts.outboxColumns.name, cell: ({ name }) => <span className={styles.strong}>{name}</span> },
  { name: texts.outboxColumns.waiting, isNumber: true, cell: ({ waiting }) => waiting.toLocaleString('en') },
  {
    name: texts.outboxColumns.oldest,
    cell: ({ oldestAt }) => <Moment atMs={oldestAt} never={words.operations.none} />,
  },
  {
    name: texts.outboxColumns.setAside,
    cell: ({ setAside }) => (setAside === 0 ? words.operations.none : <Pill tone="bad">{setAside}</Pill>),
  },
];
