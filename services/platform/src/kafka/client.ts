import type { Socket } from 'node:net';
import type { KafkaConfig, Kafka as KafkaJs, logLevel as LogLevel, SASLOptions } from 'kafkajs';
import type { Logger } from '../kernel/index.ts';
import { errorMessage } from './errors.ts';
import { Kafka, logLevel } from './kafkajs.ts';
import { openSocket, type SocketRequest, type TlsFiles } from './socket.ts';

export interface KafkaSettings {
  /** `host:port` of some brokers; the others are found through them. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** Before every topic, group and transactional id; empty on a cluster of one's own. */
  readonly topicPrefix: string;
  /** Encrypted, with what these files say; absent: in clear. */
  readonly tls?: TlsFiles;
  /** Who this client is; absent: nobody, or whom its certificate names. */
  readonly sasl?: {
    readonly mechanism: 'scram-sha-512' | 'scram-sha-256' | 'plain';
    readonly username: string;
    readonly password: { reveal(): string };
  };
}

/** Without bound: what decides when to give up is the owner of the client, never kafkajs (decision 0001). */
export const RETRY_WITHOUT_BOUND = {
  retries: Number.MAX_SAFE_INTEGER,
  initialRetryTime: 100,
  maxRetryTime: 1_000,
} as const;

/** For calls that somebody waits for, and who repeats them himself. */
export const RETRY_BRIEFLY = { retries: 2, initialRetryTime: 100, maxRetryTime: 500 } as const;

const REQUEST_TIMEOUT_MS = 10_000;
const CONNECTION_TIMEOUT_MS = 3_000;
const KEEP_ALIVE_MS = 60_000;

/** One per producer, consumer or admin: kafkajs shares committed offsets between the consumers of one `Kafka` object. */
export interface KafkaClient {
  readonly kafkaJs: KafkaJs;
  /** Ends what is still going on: kafkajs itself would retry for ever, also after its `disconnect`. */
  end(): void;
}

interface ClientOptions {
  readonly settings: KafkaSettings;
  readonly logger: Logger;
  readonly retry: typeof RETRY_WITHOUT_BOUND | typeof RETRY_BRIEFLY;
}

export const createKafkaClient = ({ settings, logger, retry }: ClientOptions): KafkaClient => {
  const sockets = new Set<Socket>();
  let hasEnded = false;

  const socketFactory = (request: SocketRequest): Socket => {
    const socket = openSocket(request, settings.tls);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    if (hasEnded) socket.destroy(new Error('the Kafka client has ended'));
    return socket;
  };

  const kafkaJs = new Kafka({
    clientId: settings.clientId,
    // An empty list is the one answer that ends kafkajs's search for a broker.
    brokers: () => (hasEnded ? [] : [...settings.brokers]),
    // For kafkajs's own view of the connection; the files are read by the socket factory.
    ssl: settings.tls !== undefined,
    ...saslOf(settings),
    retry,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    socketFactory,
    logLevel: logLevel.WARN,
    logCreator: () => createLogEntryWriter(logger, () => hasEnded),
  });

  return {
    kafkaJs,
    end() {
      hasEnded = true;
      for (const socket of sockets) socket.destroy(new Error('the Kafka client has ended'));
    },
  };
};

const saslOf = ({ sasl }: KafkaSettings): Pick<KafkaConfig, 'sasl'> => {
  if (sasl === undefined) return {};
  const { mechanism, username, password } = sasl;
  return { sasl: { mechanism, username, password: password.reveal() } as SASLOptions };
};

interface LogEntry {
  readonly level: LogLevel;
  readonly namespace: string;
  readonly log: { readonly message: string; readonly error?: unknown };
}

/**
 * kafkajs logs every attempt that it repeats as an error. Nobody has to wake for it (what fails for good comes back as
 * a rejection), so its errors are warnings here. Only message and error go out: the other fields may hold a record.
 */
const createLogEntryWriter =
  (logger: Logger, isSilent: () => boolean) =>
  ({ level, namespace, log }: LogEntry): void => {
    if (isSilent()) return;
    const fields = {
      namespace,
      message: log.message,
      reason: log.error === undefined ? undefined : errorMessage(log.error),
    };
    if (level === logLevel.ERROR) logger.warn('kafka.client_error', fields);
    else logger.debug('kafka.client_notice', fields);
  };
