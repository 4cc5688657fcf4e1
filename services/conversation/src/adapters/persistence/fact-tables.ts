import type { ChannelFact, ReadMark } from '../../domain/facts.ts';
import { MERGED_FIELDS, type MessageFact } from '../../domain/message.ts';
import { LEAST_FIELDS, type ReplyFact } from '../../domain/reply.ts';

type SqlType = 'text' | 'bigint' | 'integer' | 'boolean';

/** A fact table: how its rows are written by one `unnest` insert, which merges into the rows that are there. */
export interface FactTable<Fact> {
  readonly insertSql: string;
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
    insertSql: [
      `INSERT INTO ${name} AS old (${names.join(', ')})`,
      `SELECT * FROM unnest(${fields.map((field, index) => `$${index + 1}::${columns[field]}[]`).join(', ')})`,
      `ON CONFLICT (${key.map(columnOf).join(', ')}) DO UPDATE SET ${assignments.join(', ')}`,
      mergeWhen === undefined ? '' : `WHERE ${mergeWhen}`,
    ].join('\n'),
    parametersOf: (facts) => fields.map((field) => facts.map((fact) => fact[field])),
  };
};

const leastOf = (field: string): string => `LEAST(old.${columnOf(field)}, excluded.${columnOf(field)})`;
const greatestOf = (field: string): string => `GREATEST(old.${columnOf(field)}, excluded.${columnOf(field)})`;

/** `mergeMessages` in SQL. `LEAST` skips nulls, so two values of one origin need no case of their own. */
const mergedField = (field: string, bit: number): string => {
  const name = columnOf(field);
  return `CASE WHEN old.from_history & ${bit} = excluded.from_history & ${bit} OR old.${name} IS NULL OR excluded.${name} IS NULL
    THEN ${leastOf(field)} WHEN old.from_history & ${bit} = 0 THEN old.${name} ELSE excluded.${name} END`;
};

/** A merged field stays historic when each side that has it took it from an import. */
const historicField = (field: string, bit: number): string =>
  `CASE WHEN old.${columnOf(field)} IS NULL THEN excluded.from_history WHEN excluded.${columnOf(field)} IS NULL
    THEN old.from_history ELSE old.from_history & excluded.from_history END & ${bit}`;

const messageMerges = Object.fromEntries(MERGED_FIELDS.map((field, index) => [field, mergedField(field, 1 << index)]));

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
    receivedAt: 'bigint',
    fromHistory: 'integer',
  },
  key: ['channelId', 'conversationId', 'messageId'],
  merge: {
    ...messageMerges,
    receivedAt: leastOf('receivedAt'),
    fromHistory: MERGED_FIELDS.map((field, index) => `(${historicField(field, 1 << index)})`).join(' | '),
  },
});

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
    failedAt: 'bigint',
    sentAt: 'bigint',
    deliveredAt: 'bigint',
    readAt: 'bigint',
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
    attempts: greatestOf('attempts'),
  },
});

export const readMarksTable = defineTable<ReadMark>({
  name: 'read_marks',
  columns: { channelId: 'text', conversationId: 'text', readUpTo: 'bigint' },
  key: ['channelId', 'conversationId'],
  merge: { readUpTo: greatestOf('readUpTo') },
});

/** A lower version than the stored one is ignored. */
export const channelsTable = defineTable<ChannelFact>({
  name: 'channels',
  columns: { channelId: 'text', version: 'bigint', accountId: 'text', status: 'text', visibleFrom: 'bigint' },
  key: ['channelId'],
  merge: {
    version: 'excluded.version',
    accountId: 'excluded.account_id',
    status: 'excluded.status',
    visibleFrom: 'excluded.visible_from',
  },
  mergeWhen: 'old.version < excluded.version',
});
