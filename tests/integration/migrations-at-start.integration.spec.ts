import { authMigrations, composeAuth, readAuthSettings } from '@tiktok-channel/auth';
import { composeConversation, conversationMigrations, readConversationSettings } from '@tiktok-channel/conversation';
import { composeOutbound, outboundMigrations, readOutboundSettings } from '@tiktok-channel/outbound';
import type { Lifecycle } from '@tiktok-channel/platform/lifecycle';
import { migrate } from '@tiktok-channel/platform/postgres';
import { createRecordingLogger, eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { createAuthWorld, freePort } from '../support/auth.ts';
import { prepareConversation } from '../support/conversation.ts';
import { createOutboundWorld } from '../support/outbound.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

type Environment = Readonly<Record<string, string>>;
interface World {
  readonly environment: Environment;
  stop(): Promise<void>;
}

const logger = createRecordingLogger();

const SERVICES: readonly {
  readonly name: string;
  readonly migrations: URL;
  surroundings(): Promise<World>;
  compose(environment: Environment): { readonly lifecycle: Lifecycle };
}[] = [
  {
    name: 'auth',
    migrations: authMigrations,
    surroundings: () => createAuthWorld({ replicas: 0 }),
    compose: (environment) => composeAuth({ settings: readAuthSettings(environment), logger }),
  },
  {
    name: 'conversation',
    migrations: conversationMigrations,
    surroundings: prepareConversation,
    compose: (environment) => composeConversation({ settings: readConversationSettings(environment), logger }),
  },
  {
    name: 'outbound',
    migrations: outboundMigrations,
    surroundings: createOutboundWorld,
    compose: (environment) => composeOutbound({ settings: readOutboundSettings(environment), logger }),
  },
];

for (const { name, migrations, surroundings, compose } of SERVICES) {
  describe(`${name}, newer than its database`, () => {
    let world: World;
    let database: TestDatabase;

    before(async () => {
      world = await surroundings();
      database = await testDatabase();
    });
    after(async () => {
      await world?.stop();
      await database?.drop();
    });

    it('lives, is not ready and says for what it waits, until the database is migrated', async () => {
      const internal = `http://127.0.0.1:${await freePort()}`;
      const { lifecycle } = compose({
        ...world.environment,
        DATABASE_URL: database.url,
        INTERNAL_PORT: new URL(internal).port,
      });
      const health = async (what: string) => {
        const response = await fetch(`${internal}/health/${what}`);
        return { status: response.status, reason: ((await response.json()) as { readonly reason?: string }).reason };
      };
      const started = lifecycle.start();
      try {
        const waiting = await eventually('it says what it waits for', async () => {
          const found = await health('ready');
          return found.reason === undefined ? null : found;
        });
        expect(waiting.status).to.equal(503);
        expect(waiting.reason).to.match(/^database: waits for migration \d+_\w+$/);
        expect((await health('live')).status).to.equal(200);

        await migrate({ url: database.url, folder: migrations, logger });
        await started;
        await eventually('it is ready', async () => (await health('ready')).status === 200);
      } finally {
        await lifecycle.stop();
      }
    });
  });
}
