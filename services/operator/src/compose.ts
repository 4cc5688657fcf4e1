import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { createServiceClock, systemClock } from '@tiktok-channel/platform/clock';
import type { Environment } from '@tiktok-channel/platform/config';
import { silentLogger } from '@tiktok-channel/platform/kernel';
import { topics } from '@tiktok-channel/schemas';
import { type Actions, runProgram } from './adapters/cli/program.ts';
import { createTerminal } from './adapters/cli/terminal.ts';
import { createAuthOperations } from './adapters/http/auth-operations.client.ts';
import { createIngressRedelivery } from './adapters/http/ingress-redelivery.ts';
import { createOperations } from './adapters/http/operations.client.ts';
import { createOperatorApi, type OperatorApi } from './adapters/http/operator-api.client.ts';
import { createProjections } from './adapters/http/projections.client.ts';
import { createReplyOperations } from './adapters/http/reply-operations.client.ts';
import { createRecordAct } from './adapters/kafka/audit.ts';
import { createConnection } from './adapters/kafka/connection.ts';
import { createRequestHistory } from './adapters/kafka/history-request.ts';
import { createTopicAdmin } from './adapters/kafka/topic-admin.ts';
import { createTopicReader } from './adapters/kafka/topic-reader.ts';
import { createRegisterSchemas, openCodec } from './adapters/registry/registry.ts';
import { createEnsureTopics } from './application/ensure-topics.ts';
import { createImportHistory } from './application/import-history.ts';
import { createReparseWebhooks } from './application/reparse-webhooks.ts';
import { createTailTopic } from './application/tail-topic.ts';
import { createWatchBuild } from './application/watch-build.ts';
import { diagnoseWith } from './compose-doctor.ts';
import { commandSettings, readCommandSettings } from './config.ts';

export interface OperatorOptions {
  /** Without the program's name. */
  readonly args: readonly string[];
  readonly environment: Environment;
}

/** What is still under way then (a look that came too late) must not hold the process for longer. */
const END_WITHIN_MS = 1_000;

/** Runs one command as this process: sets its exit code, and lets it end. */
export const runOperator = async ({ args, environment }: OperatorOptions): Promise<void> => {
  process.exitCode = await runProgram(args, {
    terminal: createTerminal(process.stdout, process.stderr),
    actions: actionsIn(environment),
    user: environment.USER,
  });
  setTimeout(() => process.exit(), END_WITHIN_MS).unref();
};

/** Settings are read by the command that needs them, when it runs. */
const actionsIn = (environment: Environment): Actions => ({
  ensureTopics({ dryRun, replicationFactor }) {
    const settings = readCommandSettings(commandSettings.topics, environment);
    const topicAdmin = createTopicAdmin(createConnection(settings), {
      replicationFactor: replicationFactor ?? settings.KAFKA_REPLICATION_FACTOR,
      minInsyncReplicas: settings.KAFKA_MIN_INSYNC_REPLICAS,
    });
    return createEnsureTopics(topicAdmin)({ dryRun });
  },
  registerSchemas(options, told) {
    const settings = readCommandSettings(commandSettings.schemas, environment);
    return createRegisterSchemas({ url: settings.SCHEMA_REGISTRY_URL })(options, told);
  },
  async tailTopic(topic, options, output) {
    const settings = readCommandSettings(commandSettings.tail, environment);
    const codec = await openCodec(settings.SCHEMA_REGISTRY_URL);
    const readTopic = createTopicReader({ connection: createConnection(settings), codec });
    return createTailTopic(readTopic)(topic, options, output);
  },
  reparseWebhooks: (options) => reparseWith(environment, options),
  async importHistory(options) {
    const settings = readCommandSettings(commandSettings.history, environment);
    const connection = createConnection(settings);
    const codec = await openCodec(settings.SCHEMA_REGISTRY_URL, ['ImportHistory', 'OperatorActed']);
    const importHistory = createImportHistory({
      topic: topics.accountNotices.name,
      readTopic: createTopicReader({ connection, codec }),
      requestHistory: createRequestHistory({ connection, codec, clock: systemClock }),
      recordAct: createRecordAct({ connection, codec, clock: systemClock }),
      ids: { next: randomUUID },
      clock: systemClock,
    });
    return importHistory(options);
  },
  withProjections: (work) =>
    withApi(environment, (api) => {
      const projections = createProjections(api);
      return work({ projections, watchBuild: createWatchBuild({ projections, pause }) });
    }),
  withOperations: (work) => withApi(environment, (api) => work(createOperations(api))),
  withReplies: (work) => withApi(environment, (api) => work(createReplyOperations(api))),
  withAuth: (work) => withApi(environment, (api) => work(createAuthOperations(api))),
  diagnose: (options) => diagnoseWith(environment, options),
});

const withApi = async <T>(environment: Environment, work: (api: OperatorApi) => Promise<T>): Promise<T> => {
  const settings = readCommandSettings(commandSettings.operatorApi, environment);
  const api = createOperatorApi({ origin: settings.PUBLIC_URL, token: settings.OPERATOR_TOKEN });
  try {
    return await work(api);
  } finally {
    await api.close();
  }
};

const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  await wait(ms, undefined, { signal }).catch(() => {
    // Ended early, as the signal says.
  });
};

const reparseWith = async (
  environment: Environment,
  options: Parameters<ReturnType<typeof createReparseWebhooks>>[0],
) => {
  const settings = readCommandSettings(commandSettings.reparse, environment);
  const [appSecret] = settings.TIKTOK_APP_SECRET;
  if (appSecret === undefined) throw new TypeError('the schema of TIKTOK_APP_SECRET asks for one at least');
  const connection = createConnection(settings);
  const codec = await openCodec(settings.SCHEMA_REGISTRY_URL, ['OperatorActed']);
  const time = createServiceClock({
    service: 'operator',
    url: settings.CLOCK_URL,
    given: undefined,
    logger: silentLogger,
  });
  const ingress = createIngressRedelivery({
    baseUrl: settings.INGRESS_INTERNAL_URL,
    appSecret,
    clock: time.clock,
  });
  try {
    await Promise.all(time.parts.map((part) => part.start()));
    const reparse = createReparseWebhooks({
      topic: topics.webhooksUnrecognized.name,
      readTopic: createTopicReader({ connection, codec }),
      redeliver: ingress.redeliver,
      recordAct: createRecordAct({ connection, codec, clock: systemClock }),
    });
    return await reparse(options);
  } finally {
    for (const part of time.parts) part.stop();
    await ingress.close();
  }
};
