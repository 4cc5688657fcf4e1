import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useSearch } from 'wouter';
import { bodyOf } from '../../api/client.ts';
import { useApi } from '../../api/context.tsx';
import type { ShownReply } from '../../api/types.ts';
import { Banner } from '../../ui/banner.tsx';
import { ListState } from '../../ui/list-state.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { words } from '../../words.ts';
import { Act } from './act.tsx';
import { type Fact, Facts } from './facts.tsx';
import { ExactMoment } from './moment.tsx';
import styles from './operations.module.css';
import { lineagePath, PATHS, replyPath, withQuery } from './paths.ts';
import { type ReplyName, replyParams, replyQuery } from './queries.ts';
import { canCancel, canRetry, StatePill, whyOf } from './reply-states.tsx';

const { detail, cancel, retry } = words.operations.replies;

/** Where one reply stands, and what came of each call to TikTok. */
export const ReplyDetail = ({ replyId }: { readonly replyId: string }) => {
  const name = { replyId, channelId: new URLSearchParams(useSearch()).get('channel') ?? '' };
  const query = useQuery(replyQuery(useApi(), name));
  const [renewed, setRenewed] = useState<string | null>(null);
  const reply = query.data;
  return (
    <>
      <Link href={PATHS.replies}>{detail.back}</Link>
      <section className={styles.card} aria-labelledby="reply">
        <div className={styles.cardHead}>
          <h2 id="reply">{detail.title(replyId)}</h2>
          {reply !== undefined && <ReplyActs name={name} state={reply.state} onRetried={setRenewed} />}
        </div>
        {renewed !== null && (
          <Banner
            tone="good"
            role="status"
            title={retry.done}
            acts={<Link href={replyPath(renewed, name.channelId)}>{retry.show}</Link>}
          />
        )}
        <ListState query={query} advice={words.operations.away('outbound')} isEmpty={reply === undefined} empty={null}>
          {reply !== undefined && <Reply reply={reply} />}
        </ListState>
      </section>
    </>
  );
};

interface ReplyActsProps {
  readonly name: ReplyName;
  readonly state: ShownReply['state'];
  /** Told the id of the new reply. */
  readonly onRetried: (replyId: string) => void;
}

const ReplyActs = ({ name, state, onRetried }: ReplyActsProps) => {
  const { operator } = useApi();
  const params = replyParams(name);
  return (
    <div className={styles.acts}>
      {canCancel(state) && (
        <Act
          label={cancel.act}
          title={cancel.title}
          isDangerous
          act={(reason) => bodyOf(operator.outbound.POST('/v1/replies/{replyId}/cancel', { params, body: { reason } }))}
        >
          {cancel.advice}
        </Act>
      )}
      {canRetry(state) && (
        <Act
          label={retry.act}
          title={retry.title}
          isDangerous={state === 'unknown'}
          act={(reason) => bodyOf(operator.outbound.POST('/v1/replies/{replyId}/retry', { params, body: { reason } }))}
          onDone={({ replyId }) => onRetried(replyId)}
        >
          {state === 'unknown' ? retry.unknownAdvice : retry.advice}
        </Act>
      )}
    </div>
  );
};

const Reply = ({ reply }: { readonly reply: ShownReply }) => (
  <>
    <Facts label={detail.facts} facts={factsOf(reply)} />
    <h3>{detail.attempts}</h3>
    {reply.attempts.length === 0 ? (
      <p className={styles.soft}>{detail.noAttempt}</p>
    ) : (
      <Table label={detail.attempts} columns={COLUMNS} rows={reply.attempts} keyOf={({ attempt }) => String(attempt)} />
    )}
  </>
);

const factsOf = (reply: ShownReply): readonly Fact[] => {
  const { replyId, state, failure, channelId, conversationId, queuedAt, expiresAt, messageId, retryOf } = reply;
  return [
    [detail.state, <StatePill key="state" state={state} />],
    [detail.why, whyOf(reply)],
    [detail.advice, failure?.advice],
    [detail.queuedAt, <ExactMoment key="queued" atMs={queuedAt} />],
    [detail.expiresAt, <ExactMoment key="expires" atMs={expiresAt} />],
    [
      detail.channel,
      <Link key="channel" href={withQuery(PATHS.channels, { channel: channelId })}>
        {channelId}
      </Link>,
    ],
    [detail.conversation, conversationId],
    [
      detail.lineage,
      <Link key="lineage" href={lineagePath(replyId, conversationId)}>
        {detail.follow}
      </Link>,
    ],
    [detail.message, messageId],
    [
      detail.retryOf,
      retryOf === null ? null : (
        <Link key="retry" href={replyPath(retryOf, channelId)}>
          {retryOf}
        </Link>
      ),
    ],
  ];
};

const COLUMNS: readonly Column<ShownReply['attempts'][number]>[] = [
  { name: detail.columns.attempt, cell: ({ attempt }) => detail.number(attempt) },
  { name: detail.columns.startedAt, cell: ({ startedAt }) => <ExactMoment atMs={startedAt} /> },
  {
    name: detail.columns.duration,
    isNumber: true,
    cell: ({ durationMs }) => (durationMs === null ? words.operations.never : detail.milliseconds(durationMs)),
  },
  { name: detail.columns.result, cell: ({ result }) => detail.results[result] },
  { name: detail.columns.code, cell: ({ tiktokCode }) => tiktokCode ?? words.operations.none },
  { name: detail.columns.request, cell: ({ requestId }) => requestId ?? words.operations.none },
];
