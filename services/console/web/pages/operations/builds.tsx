import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { bodyOf } from '../../api/client.ts';
import { useApi } from '../../api/context.tsx';
import type { Build, Comparison } from '../../api/types.ts';
import { Empty, ListState } from '../../ui/list-state.tsx';
import { Pill, type Tone } from '../../ui/pill.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { words } from '../../words.ts';
import { Act } from './act.tsx';
import { ComparisonOf } from './comparison.tsx';
import { Moment } from './moment.tsx';
import styles from './operations.module.css';
import { buildsQuery } from './queries.ts';

const { builds: texts } = words.operations;

/** Read models made anew beside the served ones. */
export const Builds = () => {
  const api = useApi();
  const query = useQuery(buildsQuery(api));
  const [comparison, setComparison] = useState<Comparison | null>(null);
  const builds = query.data ?? [];
  return (
    <>
      <p className={styles.lead}>{texts.lead}</p>
      <section className={styles.card} aria-labelledby="builds">
        <div className={styles.cardHead}>
          <h2 id="builds">{texts.list}</h2>
          <Act
            label={texts.rebuild.act}
            title={texts.rebuild.title}
            act={(reason) => bodyOf(api.operator.conversation.POST('/v1/projections', { body: { reason } }))}
          >
            {texts.rebuild.advice}
          </Act>
        </div>
        <ListState
          query={query}
          advice={words.operations.away('conversation')}
          isEmpty={builds.length === 0}
          empty={
            <Empty icon="retry" title={texts.none.title}>
              <p>{texts.none.advice}</p>
            </Empty>
          }
        >
          <Table
            label={texts.list}
            columns={columnsOf(setComparison)}
            rows={builds}
            keyOf={({ build }) => String(build)}
          />
        </ListState>
      </section>
      {comparison !== null && <ComparisonOf comparison={comparison} />}
    </>
  );
};

const TONES: Readonly<Record<Build['state'], Tone>> = { served: 'good', building: 'warn', caught_up: 'neutral' };

const columnsOf = (onCompared: (comparison: Comparison) => void): readonly Column<Build>[] => [
  {
    name: texts.columns.build,
    cell: ({ build, state, isTelling }) => (
      <>
        <span className={styles.strong}>{texts.build(build)}</span>{' '}
        <Pill tone={TONES[state]}>{texts.states[state]}</Pill>
        {isTelling && <span className={styles.below}>{texts.telling}</span>}
      </>
    ),
  },
  { name: texts.columns.records, cell: (build) => <Records build={build} /> },
  { name: texts.columns.leftOut, isNumber: true, cell: ({ leftOut }) => leftOut.toLocaleString('en') },
  {
    name: texts.columns.started,
    cell: ({ startedAt }) => <Moment atMs={startedAt} never={texts.first} />,
  },
  {
    name: texts.columns.served,
    cell: ({ state, servedSince }) => (
      <Moment atMs={servedSince} never={state === 'served' ? texts.first : words.operations.never} />
    ),
  },
  { name: texts.columns.acts, cell: (build) => <BuildActs build={build} onCompared={onCompared} /> },
];

/** Of all topics together. */
const Records = ({ build: { partitions, behind } }: { readonly build: Build }) => {
  const done = partitions.reduce((sum, { position, endOffset }) => sum + Math.min(position, endOffset), 0);
  const total = partitions.reduce((sum, { endOffset }) => sum + endOffset, 0);
  return (
    <span>
      {texts.records(done, total)}
      {behind > 0 && <span className={styles.below}>{texts.behind(behind)}</span>}
    </span>
  );
};

interface BuildActsProps {
  readonly build: Build;
  readonly onCompared: (comparison: Comparison) => void;
}

/** The served one can only be followed by another. */
const BuildActs = ({ build: { build, state }, onCompared }: BuildActsProps) => {
  const { conversation } = useApi().operator;
  if (state === 'served') return <span className={styles.soft}>{words.operations.none}</span>;
  const params = { path: { build: String(build) } };
  const isBehind = state === 'building';
  return (
    <div className={styles.acts}>
      <Act
        label={texts.compare.act}
        title={texts.compare.title(build)}
        isDisabled={isBehind}
        act={(reason) => bodyOf(conversation.POST('/v1/projections/{build}/compare', { params, body: { reason } }))}
        onDone={onCompared}
      >
        {texts.compare.advice}
      </Act>
      <Act
        label={texts.switch.act}
        title={texts.switch.title(build)}
        isDisabled={isBehind}
        act={(reason) => bodyOf(conversation.POST('/v1/projections/{build}/switch', { params, body: { reason } }))}
      >
        {texts.switch.advice}
      </Act>
      <Act
        label={texts.drop.act}
        title={texts.drop.title(build)}
        isDangerous
        act={(reason) => conversation.DELETE('/v1/projections/{build}', { params, body: { reason } })}
      >
        {texts.drop.advice}
      </Act>
    </div>
  );
};
