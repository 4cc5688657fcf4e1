import type { ChannelFact, EuropeanNotice, ReadMark } from '../../domain/facts.ts';
import { MERGED_FIELDS, type MessageFact } from '../../domain/message.ts';
import type { ReactionFact } from '../../domain/reaction.ts';
import { MERGED_REFERRAL_FIELDS, type ReferralFact } from '../../domain/referral.ts';
import { LEAST_FIELDS, type ReplyFact } from '../../domain/reply.ts';

type SqlType = 'text' | 'bigint' | 'integer' | 'boolean';

/** A fact table: how its rows are written by one `unnest` insert, which merges into the rows that are there. */
export interface FactTable<Fact> {
  readonly insertSql: string;
  readonly columns: readonly string[];
  /** One array per column, as `insertSql` takes them. */
  parametersOf(facts: readonly Fact[]): unknown[][];
}

interface TableDefinition<Fact> {
  readonly name: string;
  readonly columns: Readonly<Record<keyof Fact & string, SqlType>>;
  readonly key: readonly (keyof Fact & string)[];
  /** Right side of `SET <column> =`; `old` is the stored row, `excluded` the one to be inserted. */
  readonly merge: Readonly<Partial<Record<keyof Fact & string, string>>>;
  readonly mergeWhen?: string;
}

export const columnOf = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const defineTable = <Fact>({ name, columns, key, merge, mergeWhen }: TableDefinition<Fact>): FactTable<Fact> => {
  const fields = Object.keys(columns) as (keyof Fact & string)[];
  const names = fields.map(columnOf);
  const assignments = Object.entries<string | undefined>(merge).map(
    ([field, value]) => `${columnOf(field)} = ${value}`,
  );
  return {
    columns: names,
    insertSql: [
      `INSERT INTO ${name} AS old (${names.join(', ')})`,
      `SELECT * FROM unnest(${fields.map((field, index) => `$${index + 1}::${columns[field]}[]`).join(', ')})`,
      `ON CONFLICT (${key.map(columnOf).join(', ')}) DO ${assignments.length === 0 ? 'NOTHING' : `UPDATE SET ${assignments.join(', ')}`}`,
      mergeWhen === undefined ? '' : `WHERE ${mergeWhen}`,
    ].join('\n'),
    parametersOf: (facts) => fields.map((field) => facts.map((fact) => fact[field])),
  };
};

const leastOf = (field: string): string => `LEAST(old.${columnOf(field)}, excluded.${columnOf(field)})`;
const greatestOf = (field: string): string => `GREATEST(old.${columnOf(field)}, excluded.${columnOf(field)})`;

/** `mergeByOrigin` in SQL. `LEAST` skips nulls, so two values of one origin need no case of their own. */
const mergedField = (field: string, bit: number): string => {
  const name = columnOf(field);
  return `CASE WHEN old.from_history & ${bit} = excluded.from_history & ${bit} OR old.${name} IS NULL OR excluded.${name} IS NULL
    THEN ${leastOf(field)} WHEN old.from_history & ${bit} = 0 THEN old.${name} ELSE excluded.${name} END`;
};

/** A merged field stays historic when each side that has it took it from an import. */
const historicField = (field: string, bit: number): string =>
  `CASE WHEN old.${columnOf(field)} IS NULL THEN excluded.from_history WHEN excluded.${columnOf(field)} IS NULL
    THEN old.from_history ELSE old.from_history & excluded.from_history END & ${bit}`;

const mergesByOrigin = (fields: readonly string[]): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(fields.map((field, index) => [field, mergedField(field, 1 << index)])),
  fromHistory: fields.map((field, index) => `(${historicField(field, 1 << index)})`).join(' | '),
});

export const messagesTable = defineTable<MessageFact>({
  name: 'messages',
  columns: {
    channelId: 'text',
    conversationId: 'text',
    messageId: 'text',
    sentAt: 'bigint',
    direction: 'text',
    customerId: 'text',
    customerUsername: 'text',
    isFollower: 'boolean',
    kind: 'text',
    tiktokType: 'text',
    body: 'text',
    tiktokMediaId: 'text',
    videoId: 'text',
    embedUrl: 'text',
    quotedMessageId: 'text',
    source: 'text',
    automaticType: 'text',
    tapMessageId: 'text',
    tapButtonId: 'text',
    logId: 'text',
    pictureUrl: 'text',
    template: 'text',
    receivedAt: 'bigint',
    fromHistory: 'integer',
  },
  key: ['channelId', 'conversationId', 'messageId'],
  merge: {
    ...mergesByOrigin(MERGED_FIELDS),
    receivedAt: leastOf('receivedAt'),
  },
});

export const reactionsTable = defineTable<ReactionFact>({
  name: 'reactions',
  columns: {
    channelId: 'text',
    conversationId: 'text',
    messageId: 'text',
    personId: 'text',
    reaction: 'text',
    isPicture: 'boolean',
    changedAt: 'bigint',
    isRemoved: 'boolean',
  },
  key: ['channelId', 'conversationId', 'messageId', 'personId', 'reaction', 'isPicture'],
  merge: { changedAt: 'excluded.changed_at', isRemoved: 'excluded.is_removed' },
  mergeWhen: '(excluded.changed_at, excluded.is_removed) > (old.changed_at, old.is_removed)',
});

export const referralsTable = defineTable<ReferralFact>({
  name: 'referrals',
  columns: {
    channelId: 'text',
    conversationId: 'text',
    source: 'text',
    reference: 'text',
    occurredAtSecond: 'bigint',
    occurredAt: 'bigint',
    tiktokSource: 'text',
    adName: 'text',
    advertiserId: 'text',
    embedUrl: 'text',
    materialId: 'text',
    prefilledMessage: 'text',
    fromHistory: 'integer',
  },
  key: ['channelId', 'conversationId', 'source', 'reference', 'occurredAtSecond'],
  merge: mergesByOrigin(MERGED_REFERRAL_FIELDS),
});

/** `newestDelay` in SQL: the three columns go together. */
const delayField = (field: 'lastDelayedAt' | 'delayReason' | 'delayedUntil'): string =>
  `CASE WHEN (coalesce(excluded.last_delayed_at, -1), coalesce(excluded.delay_reason, ''), coalesce(excluded.delayed_until, -1))
      > (coalesce(old.last_delayed_at, -1), coalesce(old.delay_reason, ''), coalesce(old.delayed_until, -1))
    THEN excluded.${columnOf(field)} ELSE old.${columnOf(field)} END`;

export const repliesTable = defineTable<ReplyFact>({
  name: 'replies',
  columns: {
    channelId: 'text',
    replyId: 'text',
    conversationId: 'text',
    firstAt: 'bigint',
    queuedAt: 'bigint',
    delayedAt: 'bigint',
    unknownAt: 'bigint',
    settledAt: 'bigint',
    failedAt: 'bigint',
    cancelledAt: 'bigint',
    sentAt: 'bigint',
    deliveredAt: 'bigint',
    readAt: 'bigint',
    lastDelayedAt: 'bigint',
    delayReason: 'text',
    delayedUntil: 'bigint',
    messageId: 'text',
    text: 'text',
    attachments: 'text',
    action: 'text',
    quotedMessageId: 'text',
    retryOf: 'text',
    failureCode: 'text',
    failureRetryable: 'boolean',
    failureMessage: 'text',
    failureAdvice: 'text',
    failureNextAllowedAt: 'bigint',
    failureTiktokCode: 'bigint',
    failureTiktokRequestId: 'text',
    attempts: 'integer',
  },
  key: ['replyId', 'channelId'],
  merge: {
    ...Object.fromEntries(LEAST_FIELDS.map((field) => [field, leastOf(field)])),
    lastDelayedAt: delayField('lastDelayedAt'),
    delayReason: delayField('delayReason'),
    delayedUntil: delayField('delayedUntil'),
    attempts: greatestOf('attempts'),
  },
});

export const readMarksTable = defineTable<ReadMark>({
  name: 'read_marks',
  columns: { channelId: 'text', conversationId: 'text', readUpTo: 'bigint' },
  key: ['channelId', 'conversationId'],
  merge: { readUpTo: greatestOf('readUpTo') },
});

export const europeanNoticesTable = defineTable<EuropeanNotice>({
  name: 'european_notices',
  columns: { channelId: 'text', sentAt: 'bigint' },
  key: ['channelId', 'sentAt'],
  merge: {},
});

const ofNewerVersion = (column: string): string =>
  `CASE WHEN old.version < excluded.version THEN excluded.${column} ELSE old.${column} END`;

/** The state of the higher version counts; what was hidden once stays hidden, whichever version says so. */
export const channelsTable = defineTable<ChannelFact>({
  name: 'channels',
  columns: { channelId: 'text', version: 'bigint', accountId: 'text', status: 'text', visibleFrom: 'bigint' },
  key: ['channelId'],
  merge: {
    version: greatestOf('version'),
    accountId: ofNewerVersion('account_id'),
    status: ofNewerVersion('status'),
    visibleFrom: greatestOf('visibleFrom'),
  },
});
