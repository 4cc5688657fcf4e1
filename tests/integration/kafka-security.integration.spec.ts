import { authMigrations, composeAuth, readAuthSettings } from '@tiktok-channel/auth';
import { composeConversation, conversationMigrations, readConversationSettings } from '@tiktok-channel/conversation';
import { aclsOf, KAFKA_USERS, type KafkaUserName } from '@tiktok-channel/deploy-check';
import { composeIngress, readIngressSettings } from '@tiktok-channel/ingress';
import { composeHistory, readHistorySettings } from '@tiktok-channel/ingress/history';
import { type KafkaUser, type SecuredKafka, startSecuredKafka } from '@tiktok-channel/local';
import { composeOutbound, outboundMigrations, readOutboundSettings } from '@tiktok-channel/outbound';
import { kafkaConnection, kafkaEnvironment, readSettings } from '@tiktok-channel/platform/config';
import { createKafka, type Kafka, KafkaSendError } from '@tiktok-channel/platform/kafka';
import type { Lifecycle } from '@tiktok-channel/platform/lifecycle';
import { migrate } from '@tiktok-channel/platform/postgres';
import { createRecordingLogger, eventually } from '@tiktok-channel/platform/testing';
import { createCodec, topicSpec, topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import kafkajs from 'kafkajs';
import { deliver, textDelivery } from '../support/deliveries.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { sendReply as replyCommand } from '../support/records.ts';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka: Client, ResourcePatternTypes } = kafkajs;

const PASSWORD = 'a-password-of-a-test';
const SECRET = 'webhook-app-secret';
const users: readonly KafkaUser[] = KAFKA_USERS.map((user) => ({ name: `kafka-user-${user}`, password: PASSWORD }));

describe('a Kafka that is encrypted and asks who is there', () => {
  let broker: SecuredKafka;

  /** The settings that a deployment of this user gets. */
  const environmentOf = (user: KafkaUserName, password = PASSWORD): Record<string, string> => ({
    KAFKA_BROKERS: broker.scram,
    KAFKA_SSL_CA: broker.caFile,
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_SASL_USERNAME: `kafka-user-${user}`,
    KAFKA_SASL_PASSWORD: password,
  });
  const kafkaWith = (environment: Record<string, string>): Kafka =>
    createKafka({
      settings: { ...kafkaConnection(readSettings(kafkaEnvironment, environment)), clientId: 'test' },
      logger: createRecordingLogger(),
    });

  before(async () => {
    broker = await startSecuredKafka({ users });
    const admin = kafkaWith({ KAFKA_BROKERS: broker.brokers }).createAdmin();
    await admin.start();
    await admin.ensureTopics(Object.values(topics).map((topic) => ({ ...topicSpec(topic), partitions: 2 })));
    await admin.stop();
    await allow(broker.brokers);
  });

  after(() => broker?.dispose());

  const sendOne = async (kafka: Kafka, topic: string): Promise<void> => {
    const producer = kafka.createProducer({ deadlineMs: 5_000 });
    try {
      await producer.start();
      await producer.send([{ topic, key: 'k', value: Buffer.from('v'), headers: {} }]);
    } finally {
      await producer.stop();
    }
  };

  it('is reached by a user with its password', async () => {
    await sendOne(kafkaWith(environmentOf('ingress')), topics.webhooksUnrecognized.name);
  });

  it('is reached with a certificate, and not without', async () => {
    const { certFile, keyFile } = await broker.issue('ingress');
    const trusted = { KAFKA_BROKERS: broker.mutual, KAFKA_SSL_CA: broker.caFile };
    const withCertificate = kafkaWith({ ...trusted, KAFKA_SSL_CERT: certFile, KAFKA_SSL_KEY: keyFile }).createAdmin();
    await withCertificate.start();
    await withCertificate.stop();

    const without = kafkaWith(trusted).createAdmin();
    expect(await without.start().catch((error: unknown) => error)).to.be.an('error');
    await without.stop();
  });

  for (const [what, spoilt] of [
    [
      'another password',
      (environment: Record<string, string>) => ({ ...environment, KAFKA_SASL_PASSWORD: 'another-password' }),
    ],
    [
      'no trust in who signed it',
      ({ KAFKA_SSL_CA: _, ...others }: Record<string, string>) => ({ ...others, KAFKA_SSL: 'true' }),
    ],
    ['no encryption', ({ KAFKA_BROKERS = '' }: Record<string, string>) => ({ KAFKA_BROKERS })],
  ] as const) {
    it(`is not reached with ${what}`, async () => {
      const admin = kafkaWith(spoilt(environmentOf('ingress'))).createAdmin();

      expect(await admin.start().catch((error: unknown) => error)).to.be.an('error');
      await admin.stop();
    });
  }

  it('lets a service write what is its own, and nothing else', async () => {
    const refused = await Promise.all(
      (
        [
          ['outbound', topics.messages],
          ['ingress', topics.audit],
          ['ingress', topics.ingressRedrive],
        ] as const
      ).map(([user, topic]) => sendOne(kafkaWith(environmentOf(user)), topic.name).catch((error: unknown) => error)),
    );

    for (const error of refused) expect(error).to.be.instanceOf(KafkaSendError);
  });

  it('lets operators compare topics with the contract', async () => {
    const admin = kafkaWith(environmentOf('operator')).createAdmin();
    await admin.start();
    const plans = await admin.planTopics(
      Object.values(topics).map((topic) => ({ ...topicSpec(topic), partitions: 2 })),
    );
    await admin.stop();

    expect(plans.filter(({ kind }) => kind !== 'keep')).to.deep.equal([]);
  });

  it('serves every service with the rights of its user: from a webhook to the read model, and from a command to its status', async () => {
    const system = await startServices(environmentOf);
    try {
      await eventually('everything is ready', () => system.health().length === 0, {
        withinMs: 60_000,
      });
      const delivery = textDelivery({
        business: 'b-1',
        conversationId: 'conversation-1',
        messageId: 'message-1',
        text: 'hello',
        at: Date.now(),
      });
      expect(await deliver({ public: system.ingressUrl, appSecret: SECRET }, delivery)).to.equal(200);
      await eventually('a row', async () => (await system.countMessages()) === 1, { withinMs: 30_000 });
      await sendReply(kafkaWith(environmentOf('conversation')));

      const admin = kafkaWith(environmentOf('operator')).createAdmin();
      await admin.start();
      const written = async (topic: string) =>
        [...(await admin.endOffsets(topic)).values()].reduce((sum, offset) => sum + offset, 0n);
      await eventually('a snapshot, in a transaction', async () => (await written(topics.conversations.name)) > 0n);
      await eventually('statuses of the reply', async () => (await written(topics.statuses.name)) > 0n);
      await admin.stop();
      expect(system.problems()).to.deep.equal([]);
    } finally {
      await system.stop();
    }
  });
});

/** The rights as the manifests name them, set by the client of Kafka that Strimzi's operator stands for. */
const allow = async (brokers: string): Promise<void> => {
  const admin = new Client({ clientId: 'operator', brokers: [brokers], logLevel: 0 }).admin();
  await admin.connect();
  const resourceTypes = {
    topic: AclResourceTypes.TOPIC,
    group: AclResourceTypes.GROUP,
    transactionalId: AclResourceTypes.TRANSACTIONAL_ID,
  };
  const operations = {
    Read: AclOperationTypes.READ,
    Write: AclOperationTypes.WRITE,
    Describe: AclOperationTypes.DESCRIBE,
    DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
    Delete: AclOperationTypes.DELETE,
  };
  await admin.createAcls({
    acl: KAFKA_USERS.flatMap((user) =>
      aclsOf(user).flatMap(({ resource, name, patternType, operations: allowed }) =>
        allowed.map((operation) => ({
          resourceType: resourceTypes[resource],
          resourceName: name,
          resourcePatternType: patternType === 'prefix' ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
          principal: `User:kafka-user-${user}`,
          host: '*',
          operation: operations[operation],
          permissionType: AclPermissionTypes.ALLOW,
        })),
      ),
    ),
  });
  await admin.disconnect();
};

const sendReply = async (kafka: Kafka): Promise<void> => {
  const codec = await createCodec({ registry: { url: process.env.SCHEMA_REGISTRY_URL ?? '' }, writes: ['SendReply'] });
  const producer = kafka.createProducer();
  await producer.start();
  await producer.send([
    {
      topic: topics.replyCommands.name,
      key: 'conversation-1',
      headers: { ce_type: codec.fullName('SendReply') },
      value: codec.encode('SendReply', replyCommand({ channelId: 'b-1', conversationId: 'conversation-1' })),
    },
  ]);
  await producer.stop();
};

/** All services of the product in this process, each as its own user. */
const startServices = async (environmentOf: (user: KafkaUserName) => Record<string, string>) => {
  const databases: TestDatabase[] = [];
  const databaseFor = async (folder: URL): Promise<string> => {
    const database = await testDatabase();
    databases.push(database);
    await migrate({ url: database.url, folder, logger: createRecordingLogger() });
    return database.url;
  };
  const common = {
    HOST: '127.0.0.1',
    PORT: '0',
    INTERNAL_PORT: '0',
    SCHEMA_REGISTRY_URL: process.env.SCHEMA_REGISTRY_URL ?? '',
    AUTH_INTERNAL_URL: 'http://127.0.0.1:9',
    CONVERSATION_INTERNAL_URL: 'http://127.0.0.1:9',
    TIKTOK_API_BASE_URL: 'http://127.0.0.1:9/open_api',
    SERVICE_TOKEN_SECRETS: 'service-token-secret',
    MEDIA_URL_SECRETS: 'media-url-secret',
    STATE_SECRETS: 'state-secret-of-a-test',
    TOKEN_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
    TIKTOK_APP_ID: '7300',
    TIKTOK_APP_SECRET: SECRET,
    PUBLIC_URL: 'http://127.0.0.1:9',
    OIDC_ISSUER: 'http://127.0.0.1:9',
    OIDC_AUDIENCE: 'tiktok-channel',
    OIDC_JWKS_URL: 'http://127.0.0.1:9/keys',
    WEBHOOK_CHECK_SECONDS: '0',
  };
  const loggers = KAFKA_USERS.map(() => createRecordingLogger());
  const loggerOf = (user: KafkaUserName) => loggers[KAFKA_USERS.indexOf(user)] ?? createRecordingLogger();
  const of = (user: KafkaUserName, databaseUrl?: string) => ({
    ...common,
    ...environmentOf(user),
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
  });
  const ingress = composeIngress({ settings: readIngressSettings(of('ingress')), logger: loggerOf('ingress') });
  const history = composeHistory({ settings: readHistorySettings(of('history')), logger: loggerOf('history') });
  const auth = composeAuth({
    settings: readAuthSettings(of('auth', await databaseFor(authMigrations))),
    logger: loggerOf('auth'),
  });
  const conversation = composeConversation({
    settings: readConversationSettings(of('conversation', await databaseFor(conversationMigrations))),
    logger: loggerOf('conversation'),
  });
  const outbound = composeOutbound({
    settings: readOutboundSettings(of('outbound', await databaseFor(outboundMigrations))),
    logger: loggerOf('outbound'),
  });
  const lifecycles: readonly Lifecycle[] = [ingress, history, auth, conversation, outbound].map(
    ({ lifecycle }) => lifecycle,
  );
  await Promise.all(lifecycles.map((lifecycle) => lifecycle.start()));
  return {
    ingressUrl: ingress.addresses().public,
    health: () =>
      lifecycles.flatMap((lifecycle) => (lifecycle.health().ready ? [] : [lifecycle.health().reason ?? '?'])),
    countMessages: async () => {
      const [row] = await (databases[1]?.client.$queryRawUnsafe<readonly { count: bigint }[]>(
        'SELECT count(*) FROM projection_1.messages',
      ) ?? []);
      return Number(row?.count ?? 0n);
    },
    /** What was refused. */
    problems: () =>
      loggers.flatMap(({ lines }) =>
        lines.filter((line) => /authoriz|not allowed|access denied/i.test(JSON.stringify(line))),
      ),
    stop: async () => {
      await Promise.all(lifecycles.map((lifecycle) => lifecycle.stop()));
      for (const database of databases) await database.drop();
    },
  };
};
