import { kafkaConnection } from '@tiktok-channel/platform/config';
import { type Admin, createKafka, type Kafka } from '@tiktok-channel/platform/kafka';
import { silentLogger } from '@tiktok-channel/platform/kernel';
import { OperatorFailure } from '../../domain/failure.ts';

export interface Connection {
  readonly kafka: Kafka;
  readonly brokers: readonly string[];
}

/** It logs nothing: what goes wrong comes back as a rejection, and the client's lines would stand between the command's. */
export const createConnection = (settings: Parameters<typeof kafkaConnection>[0]): Connection => ({
  kafka: createKafka({ settings: { ...kafkaConnection(settings), clientId: 'operator' }, logger: silentLogger }),
  brokers: settings.KAFKA_BROKERS,
});

/** Connects, works and closes. Rejects with `OperatorFailure`. */
export const withAdmin = async <T>(connection: Connection, work: (admin: Admin) => Promise<T>): Promise<T> => {
  const admin = connection.kafka.createAdmin();
  try {
    await admin.start();
  } catch (error) {
    await admin.stop();
    throw kafkaAway(connection, error);
  }
  try {
    return await work(admin);
  } catch (error) {
    throw kafkaFailure(error);
  } finally {
    await admin.stop();
  }
};

export const kafkaAway = ({ brokers }: Connection, cause: unknown): OperatorFailure =>
  new OperatorFailure(`Kafka does not answer at ${brokers.join(', ')} (${reasonOf(cause)})`, FIND_BROKERS, { cause });

/** What to do when no broker answers. */
export const FIND_BROKERS =
  'see that the brokers run and can be reached from here, or set KAFKA_BROKERS to where they are';

const CREATE_TOPICS = 'create the topics with `tiktok-channel topics ensure`, or check KAFKA_TOPIC_PREFIX';

/** By Kafka's name of the error: what it means, where Kafka's own words say too little, and what to do. */
const KNOWN: Readonly<Record<string, { readonly message?: string; readonly next: string }>> = {
  UNKNOWN_TOPIC_OR_PARTITION: { message: 'the topic is not there', next: CREATE_TOPICS },
  INVALID_REPLICATION_FACTOR: { next: 'give a --replication-factor of at most the number of brokers' },
  TOPIC_AUTHORIZATION_FAILED: { next: 'let this user describe, create, alter and read the topics of the prefix' },
  CLUSTER_AUTHORIZATION_FAILED: { next: 'let this user describe the cluster and create topics in it' },
  GROUP_AUTHORIZATION_FAILED: { next: 'let this user read with groups that begin with the prefix and `operator.`' },
  POLICY_VIOLATION: { next: 'ask who runs the cluster for what its policy of topics allows' },
};

/** An error of the Kafka room as a failure; failures stay what they are. */
export const kafkaFailure = (error: unknown): Error => {
  if (error instanceof OperatorFailure) return error;
  const { type, message } = innermost(error);
  const known = KNOWN[type];
  return new OperatorFailure(
    known?.message ?? `Kafka refused: ${message}`,
    known?.next ?? 'look at the log of the broker, and try again once that is put right',
    { cause: error },
  );
};

export const reasonOf = (error: unknown): string => innermost(error).message;

/** kafkajs wraps what it gives up on, and gathers what a call for many things meets. */
const innermost = (error: unknown): { readonly type: string; readonly message: string } => {
  let current = error;
  for (let depth = 0; depth < 5; depth += 1) {
    const inner = innerOf(current);
    if (inner === null) break;
    current = inner;
  }
  if (!(current instanceof Error)) return { type: '', message: String(current) };
  const type = 'type' in current ? String(current.type) : '';
  return { type, message: current.message.replace(/\.$/, '') || current.name };
};

const innerOf = (error: unknown): Error | null => {
  if (!(error instanceof Error)) return null;
  const [first] = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  if (first instanceof Error) return first;
  return error.cause instanceof Error ? error.cause : null;
};
