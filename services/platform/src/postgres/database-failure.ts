/**
 * What a database error means to whoever handles a record.
 *
 * - `conflict`: two transactions were in each other's way; nothing was stored, the same work can be done again at once.
 * - `unavailable`: the database is away, full, starting, or not yet as this code needs it; retry without bound. A commit
 *   that failed so may have gone through: only repeat work that finds out.
 * - `data`: the values are at fault; no repetition helps.
 */
export type DatabaseFailure = 'conflict' | 'unavailable' | 'data';

/** `null`: not an error of the database, or a defect in our SQL. */
export const databaseFailure = (error: unknown): DatabaseFailure | null => {
  for (const layer of layersOf(error)) {
    const failure = failureOfLayer(layer);
    if (failure !== null) return failure;
  }
  return null;
};

/**
 * By SQLSTATE, longest prefix first (https://www.postgresql.org/docs/current/errcodes-appendix.html). A missing database,
 * schema, table, column or privilege is not the record's fault: it waits for a migration or an operator.
 */
const BY_SQLSTATE: readonly (readonly [prefix: string, failure: DatabaseFailure])[] = [
  ['40', 'conflict'], // serialization_failure, deadlock_detected
  ['55P03', 'conflict'], // lock_not_available
  ['22', 'data'],
  ['23', 'data'],
  ['54', 'data'], // program_limit_exceeded: a value too large for an index
  ['08', 'unavailable'], // connection_exception
  ['25006', 'unavailable'], // read_only_sql_transaction: a replica, in the middle of a failover
  ['28', 'unavailable'], // invalid_authorization_specification
  ['3D000', 'unavailable'], // invalid_catalog_name
  ['3F000', 'unavailable'], // invalid_schema_name
  ['42501', 'unavailable'], // insufficient_privilege
  ['42703', 'unavailable'], // undefined_column
  ['42P01', 'unavailable'], // undefined_table
  ['53', 'unavailable'], // insufficient_resources
  ['57', 'unavailable'], // operator_intervention: shutdown, starting up, statement timeout
  ['58', 'unavailable'], // system_error
];

/** Prisma's driver adapter replaces socket errors by these kinds, without a code. */
const UNAVAILABLE_DRIVER_KINDS: ReadonlySet<unknown> = new Set([
  'ConnectionClosed',
  'DatabaseNotReachable',
  'SocketTimeout',
  'TlsConnectionError',
  'TooManyConnections',
]);

/** Node's, where they reach us as they are (an `AggregateError` of two refused addresses is one). */
const UNAVAILABLE_SOCKET_CODES: ReadonlySet<unknown> = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** Prisma's own, which carry no driver error. P2028: no transaction in time, or it took too long and was rolled back. */
const BY_PRISMA_CODE: ReadonlyMap<unknown, DatabaseFailure> = new Map([
  ['P1001', 'unavailable'],
  ['P1002', 'unavailable'],
  ['P1008', 'unavailable'],
  ['P1017', 'unavailable'],
  ['P2024', 'unavailable'],
  ['P2028', 'unavailable'],
  ['P2034', 'conflict'],
  ['P2037', 'unavailable'],
]);

/**
 * pg gives these no code, and the adapter lets them through: a connection that died between two statements of a
 * transaction, or none to be had in time. The sentences are pg's (client.js) and pg-pool's (index.js).
 */
const LOST_CONNECTION =
  /^(?:Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired|Query read timeout)/;

type Layer = Readonly<Record<string, unknown>>;

const failureOfLayer = (layer: Layer): DatabaseFailure | null => {
  const sqlState = layer.originalCode ?? layer.code;
  if (typeof sqlState === 'string' && /^[0-9A-Z]{5}$/.test(sqlState)) {
    const failure = BY_SQLSTATE.find(([prefix]) => sqlState.startsWith(prefix));
    if (failure !== undefined) return failure[1];
  }
  if (UNAVAILABLE_DRIVER_KINDS.has(layer.kind)) return 'unavailable';
  if (UNAVAILABLE_SOCKET_CODES.has(layer.code)) return 'unavailable';
  if (typeof layer.message === 'string' && LOST_CONNECTION.test(layer.message)) return 'unavailable';
  return BY_PRISMA_CODE.get(layer.code) ?? null;
};

/** Prisma wraps: request error, `meta.driverAdapterError`, its `cause`. The innermost knows best, so it comes first. */
const layersOf = (error: unknown, depth = 0): readonly Layer[] => {
  if (depth > 4 || error === null || typeof error !== 'object') return [];
  const layer = error as Layer;
  const inside = (layer.meta as Layer | undefined)?.driverAdapterError ?? layer.cause;
  return [...layersOf(inside, depth + 1), layer];
};
