import pg from 'pg';
import type { Check } from '../../application/diagnose.ts';
import { type Finding, failed, fine } from '../../domain/finding.ts';

const CONNECT_WITHIN_MS = 3_000;
const ANSWER_WITHIN_MS = 3_000;
/** A transaction that writes for so long holds back what the live stream may show (its snapshot's `xmin`). */
const LONGEST_WRITE_SECONDS = 60;

/** One service's database: answers, is migrated, and nothing in its cluster writes for too long. */
export const databaseCheck = (service: string, url: string): Check => ({
  name: `database of ${service}`,
  next: `see that PostgreSQL runs and ${service.toUpperCase()}_DATABASE_URL leads to it with a user that may connect`,
  async look() {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      query_timeout: ANSWER_WITHIN_MS,
    });
    client.on('error', () => {
      // A connection that is lost between two statements: the next one fails, which says more.
    });
    try {
      await client.connect();
      return await findingsOf(service, client);
    } catch (error) {
      return [failed(`database of ${service}`, reasonOf(error), this.next)];
    } finally {
      await client.end();
    }
  },
});

/** The server's code or the system's, and for a refused login its sentence, which names the user and never the password. */
const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
};

interface Facts {
  readonly version: string;
  readonly is_replica: boolean;
  readonly writes_for: number | null;
  readonly replicas: number;
  readonly replica_lag: number | null;
  readonly has_migrations: boolean;
}

const FACTS = `SELECT current_setting('server_version') AS version,
  pg_is_in_recovery() AS is_replica,
  (SELECT extract(epoch FROM max(clock_timestamp() - xact_start))::float8
     FROM pg_stat_activity WHERE backend_xid IS NOT NULL) AS writes_for,
  (SELECT count(*)::int FROM pg_stat_replication) AS replicas,
  (SELECT extract(epoch FROM max(replay_lag))::float8 FROM pg_stat_replication) AS replica_lag,
  to_regclass('_prisma_migrations') IS NOT NULL AS has_migrations`;

const findingsOf = async (service: string, client: pg.Client): Promise<readonly Finding[]> => {
  const { rows } = await client.query<Facts>(FACTS);
  const [facts] = rows;
  if (facts === undefined) throw new TypeError('a query without a table answers one row');
  return [serverFinding(service, facts), await migrationFinding(service, client, facts), writeFinding(service, facts)];
};

const serverFinding = (service: string, { version, is_replica, replicas, replica_lag }: Facts): Finding => {
  const name = `database of ${service}`;
  if (is_replica) {
    const next = `set ${service.toUpperCase()}_DATABASE_URL to the primary`;
    return failed(name, 'this is a replica, which takes no writes', next);
  }
  const lag = replicas === 0 ? 'no replica' : `replicas: ${replicas}, ${(replica_lag ?? 0).toFixed(1)} s behind`;
  return fine(name, `PostgreSQL ${version}, ${lag}`);
};

const migrationFinding = async (service: string, client: pg.Client, facts: Facts): Promise<Finding> => {
  const name = `migrations of ${service}`;
  const next = `run the migrations of ${service}`;
  if (!facts.has_migrations) return failed(name, 'none was ever applied', next);
  const { rows } = await client.query<{ applied: number; unfinished: string | null }>(
    `SELECT count(*) FILTER (WHERE finished_at IS NOT NULL)::int AS applied,
       min(migration_name) FILTER (WHERE finished_at IS NULL) AS unfinished
     FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
  );
  const { applied = 0, unfinished = null } = rows[0] ?? {};
  if (unfinished !== null) return failed(name, `${unfinished} was begun and never finished`, next);
  return applied === 0 ? failed(name, 'none is applied', next) : fine(name, `${applied} applied`);
};

const writeFinding = (service: string, { writes_for }: Facts): Finding => {
  const name = `writes in the database of ${service}`;
  const seconds = Math.round(writes_for ?? 0);
  if (seconds <= LONGEST_WRITE_SECONDS) return fine(name, `none takes longer than ${LONGEST_WRITE_SECONDS} s`);
  const next = 'find the transaction in pg_stat_activity (backend_xid is not null) and end it: live events wait for it';
  return failed(name, `a transaction writes for ${seconds} s`, next);
};
