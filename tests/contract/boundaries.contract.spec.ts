import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser';

const repository = join(import.meta.dirname, '..', '..');
const configuration = createRequire(import.meta.url)(join(repository, '.dependency-cruiser.cjs')) as Required<
  Pick<IConfiguration, 'forbidden' | 'options'>
>;

const platform = 'services/platform/src';
const room = (name: string) => `${platform}/${name}/planted.ts`;
const importing = (path: string) => `import { planted } from '${path}';\nexport const used = planted;\n`;
const planted = 'export const planted = 1;\n';

/** One violation per rule: the file that breaks it, and what it says. */
const plants: readonly (readonly [rule: string, file: string, content: string])[] = [
  ['no-cycles', 'services/auth/src/domain/a.ts', `${importing('./b.ts')}export { used as planted };\n`],
  [
    'services-are-strangers',
    'services/auth/src/adapters/http/stranger.ts',
    importing('../../../../ingress/src/domain/planted.ts'),
  ],
  [
    'domain-is-pure',
    'services/auth/src/domain/impure.ts',
    "import { readFileSync } from 'node:fs';\nexport const used = readFileSync;\n",
  ],
  [
    'application-knows-no-adapter',
    'services/auth/src/application/reaching.ts',
    importing('../adapters/http/planted.ts'),
  ],
  ['adapters-are-peers', 'services/auth/src/adapters/kafka/peer.ts', importing('../http/planted.ts')],
  ['only-main-composes', 'services/auth/src/adapters/http/composer.ts', importing('../../compose.ts')],
  ['platform-knows-no-service', `${platform}/tiktok/knowing.ts`, importing('../../../auth/src/domain/planted.ts')],
  [
    'kernel-is-pure',
    `${platform}/kernel/impure.ts`,
    "import { readFileSync } from 'node:fs';\nexport const used = readFileSync;\n",
  ],
  ['reply-rules-are-pure', `${platform}/reply-rules/impure.ts`, importing('../telemetry/planted.ts')],
  ['schemas-stand-alone', 'schemas/src/leaning.ts', importing('../../services/auth/src/domain/planted.ts')],
  [
    'product-runs-alone',
    'services/auth/src/adapters/http/leaning.ts',
    importing('../../../../../deploy/local/src/planted.ts'),
  ],
  [
    'testing-stays-in-tests',
    'services/auth/src/adapters/http/testing.ts',
    importing('../../../../platform/src/testing/planted.ts'),
  ],
  [
    'kafka-client-has-one-home',
    'services/auth/src/adapters/kafka/direct.ts',
    "import { Kafka } from 'kafkajs';\nexport const used = Kafka;\n",
  ],
  [
    'command-line-has-one-home',
    'services/operator/src/application/parsing.ts',
    "import { Command } from 'commander';\nexport const used = Command;\n",
  ],
  [
    'database-stays-in-persistence',
    'services/auth/src/adapters/http/direct.ts',
    "import pg from 'pg';\nexport const used = pg;\n",
  ],
  [
    'postgres-client-has-one-room',
    `${platform}/http-server/direct.ts`,
    "import pg from 'pg';\nexport const used = pg;\n",
  ],
  [
    'no-dev-dependency-at-run-time',
    'services/auth/src/adapters/http/dev.ts',
    "import { expect } from 'chai';\nexport const used = expect;\n",
  ],
  [
    'declared-dependencies-only',
    'services/auth/src/adapters/http/undeclared.ts',
    "import { pino } from 'pino';\nexport const used = pino;\n",
  ],
  ['resolvable', 'services/auth/src/adapters/http/nowhere.ts', importing('./nothing-here.ts')],
  ...[
    'channel-tokens',
    'clock',
    'config',
    'event-sourcing',
    'http-client',
    'http-server',
    'identity',
    'kafka',
    'lifecycle',
    'operator-api',
    'outbox',
    'postgres',
    'telemetry',
    'tiktok',
  ].map(
    (name) =>
      [
        `room-${name}`,
        `${platform}/${name}/beside.ts`,
        importing(name === 'kafka' ? '../tiktok/planted.ts' : '../reply-rules/planted.ts'),
      ] as const,
  ),
];

const innocents: Readonly<Record<string, string>> = {
  'package.json': '{ "name": "planted", "private": true, "type": "module" }',
  'services/auth/package.json':
    '{ "name": "auth", "dependencies": { "kafkajs": "*", "pg": "*" }, "devDependencies": { "chai": "*" } }',
  'services/operator/package.json': '{ "name": "operator", "dependencies": { "commander": "*" } }',
  'services/platform/package.json': '{ "name": "platform", "dependencies": { "kafkajs": "*", "pg": "*" } }',
  'services/auth/src/domain/b.ts': `${importing('./a.ts')}export { used as planted };\n`,
  'services/auth/src/domain/planted.ts': planted,
  'services/auth/src/adapters/http/planted.ts': planted,
  'services/auth/src/compose.ts': planted,
  'services/ingress/src/domain/planted.ts': planted,
  'deploy/local/src/planted.ts': planted,
  [room('reply-rules')]: planted,
  [room('telemetry')]: planted,
  [room('testing')]: planted,
  [room('tiktok')]: planted,
};

describe('the import rules', () => {
  let folder = '';
  let violations: readonly { readonly rule: string; readonly from: string }[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'boundaries-'));
    const files = { ...innocents, ...Object.fromEntries(plants.map(([, file, content]) => [file, content])) };
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), content);
    }
    symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
    const { tsConfig: _unused, ...options } = configuration.options;
    const result = await cruise(['schemas', 'services'], {
      ...options,
      baseDir: folder,
      validate: true,
      ruleSet: { forbidden: configuration.forbidden },
    });
    const { summary } = result.output as ICruiseResult;
    violations = summary.violations.map(({ rule, from }) => ({ rule: rule.name, from }));
  });

  after(() => rmSync(folder, { recursive: true }));

  for (const [rule, file] of plants) {
    it(`${rule} fires on a planted violation`, () => {
      expect(violations).to.deep.include({ rule, from: file });
    });
  }

  it('have a planted violation each', () => {
    const names = configuration.forbidden.map(({ name }) => name);

    expect(plants.map(([rule]) => rule)).to.have.members(names as string[]);
  });
});
