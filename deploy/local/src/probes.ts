import { connect } from 'node:net';
import pg from 'pg';

/**
 * A port that accepts connections proves little (an engine's proxy accepts before the server behind it listens), so each
 * probe asks for an answer in the server's own protocol.
 */
const PROBE_TIMEOUT_MS = 2_000;

/** A Metadata request, version 1, for no topic: length, key 3, version 1, correlation id 1, client id null, 0 topics. */
const METADATA_REQUEST = Buffer.from([0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0, 0, 0, 0]);
const BROKER_COUNT_AT = 8;

/** Whether the broker answers and the cluster counts at least one broker as alive. */
export const kafkaAnswers = (broker: string): Promise<boolean> => {
  const { hostname, port } = new URL(`kafka://${broker}`);

  return new Promise((resolve) => {
    let answer = Buffer.alloc(0);
    const socket = connect({ host: hostname, port: Number(port) });
    const end = (isAlive: boolean): void => {
      socket.destroy();
      resolve(isAlive);
    };
    socket.setTimeout(PROBE_TIMEOUT_MS, () => end(false));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
    socket.once('connect', () => socket.write(METADATA_REQUEST));
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length >= BROKER_COUNT_AT + 4) end(answer.readInt32BE(BROKER_COUNT_AT) > 0);
    });
  });
};

/** Whether the registry lists its subjects. `url` is the base of its Confluent API. */
export const registryAnswers = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(`${url}/subjects`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    await response.arrayBuffer();

    return response.ok;
  } catch {
    // No answer is the answer.
    return false;
  }
};

/** Whether the server answers a query. `url` is a connection URL without a database. */
export const postgresAnswers = async (url: string): Promise<boolean> => {
  const client = new pg.Client({
    connectionString: `${url}/postgres`,
    connectionTimeoutMillis: PROBE_TIMEOUT_MS,
    query_timeout: PROBE_TIMEOUT_MS,
  });
  // A connection that breaks while idle reports it as an event, which nobody else would handle.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');

    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
};
