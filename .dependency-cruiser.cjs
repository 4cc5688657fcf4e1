// Import rules of the tree (services/README.md). A rule that never fired is not trusted: tests/contract plants a violation of each.
const service = '^services/(?!platform/)([^/]+)';
const platform = '^services/platform/src';
const kernel = `${platform}/kernel/`;
const pure = `${platform}/(?:kernel|reply-rules)/`;
const schemas = '^schemas/';
const test = ['\\.spec\\.ts$', '^services/[^/]+/test/', '^tests/'];
const local = '^deploy/local/';
const page = '^services/console/web/';

// Which rooms of the platform each room may import.
const rooms = {
  'channel-tokens': ['kernel', 'http-client'],
  clock: ['kernel'],
  config: ['kernel'],
  'event-sourcing': ['kernel'],
  'http-client': ['kernel', 'telemetry'],
  'http-server': ['kernel', 'telemetry'],
  identity: ['kernel', 'clock', 'config', 'http-server'],
  kafka: ['kernel', 'telemetry'],
  lifecycle: ['kernel', 'telemetry'],
  'operator-api': ['kernel', 'kafka', 'http-server', 'identity', 'outbox'],
  outbox: ['kernel', 'kafka', 'telemetry'],
  postgres: ['kernel', 'event-sourcing', 'outbox', 'kafka', 'telemetry'],
  telemetry: ['kernel'],
  tiktok: ['kernel', 'http-client'],
};

const forbid = (name, from, to) => ({ name, severity: 'error', from, to });

const roomRule = ([room, allowed]) =>
  forbid(
    `room-${room}`,
    { path: `${platform}/${room}/`, pathNot: test },
    { path: `${platform}/`, pathNot: `${platform}/(?:${[room, ...allowed].join('|')})/` },
  );

module.exports = {
  forbidden: [
    forbid('no-cycles', {}, { circular: true }),
    forbid(
      'services-are-strangers',
      { path: `${service}/`, pathNot: test },
      { path: `${service}/`, pathNot: '^services/$1/' },
    ),
    forbid(
      'domain-is-pure',
      { path: `${service}/src/domain/`, pathNot: test },
      { pathNot: ['^services/$1/src/domain/', pure] },
    ),
    forbid(
      'application-knows-no-adapter',
      { path: `${service}/src/application/`, pathNot: test },
      { pathNot: ['^services/$1/src/(?:domain|application)/', pure] },
    ),
    forbid(
      'adapters-are-peers',
      { path: `${service}/src/adapters/([^/]+)/`, pathNot: test },
      { path: '^services/$1/src/adapters/', pathNot: '^services/$1/src/adapters/$2/' },
    ),
    forbid(
      'only-main-composes',
      { path: `${service}/`, pathNot: [...test, '/src/main\\.ts$'] },
      { path: `${service}/src/(?:main|compose)\\.ts$` },
    ),
    forbid('platform-knows-no-service', { path: `${platform}/`, pathNot: test }, { path: [`${service}/`, schemas] }),
    forbid('kernel-is-pure', { path: kernel, pathNot: test }, { pathNot: [kernel, '^(?:node:)?crypto$'] }),
    forbid('reply-rules-are-pure', { path: `${platform}/reply-rules/`, pathNot: test }, { pathNot: pure }),
    ...Object.entries(rooms).map(roomRule),
    forbid(
      'page-stands-alone',
      { path: page, pathNot: test },
      { path: '^(?:services|schemas|tests|deploy)/', pathNot: page },
    ),
    forbid('page-runs-in-browsers', { path: page, pathNot: test }, { dependencyTypes: ['core'] }),
    // Its build puts its name into index.html.
    forbid(
      'nothing-imports-the-page',
      { pathNot: [page, '^services/console/vite\\.config\\.ts$', ...test] },
      { path: page },
    ),
    forbid(
      'pages-are-peers',
      { path: `${page}pages/([^/]+)/`, pathNot: test },
      { path: `${page}pages/`, pathNot: `${page}pages/$1/` },
    ),
    forbid(
      'page-rooms-know-no-page',
      { path: `${page}(?:api|live|outbox|session|shell|time|ui)/`, pathNot: test },
      { path: `${page}pages/` },
    ),
    forbid(
      'component-library-has-one-home',
      { path: page, pathNot: [...test, `${page}ui/`, `${page}app\\.tsx$`] },
      { path: '(?:^|/)node_modules/@base-ui/' },
    ),
    forbid(
      'openid-client-has-one-home',
      { path: page, pathNot: [...test, `${page}session/`] },
      { path: '(?:^|/)node_modules/oauth4webapi/' },
    ),
    forbid('schemas-stand-alone', { path: schemas }, { path: '^services/' }),
    forbid('product-runs-alone', { path: ['^services/', schemas], pathNot: test }, { path: ['^tests/', local] }),
    forbid(
      'testing-stays-in-tests',
      { path: ['^services/', local], pathNot: [...test, `${platform}/testing/`] },
      { path: `${platform}/testing/` },
    ),
    forbid(
      'kafka-client-has-one-home',
      { pathNot: [...test, `${platform}/kafka/`] },
      { path: '(?:^|/)node_modules/kafkajs/' },
    ),
    forbid(
      'command-line-has-one-home',
      { pathNot: [...test, '^services/operator/src/adapters/cli/'] },
      { path: '(?:^|/)node_modules/commander/' },
    ),
    forbid(
      'database-stays-in-persistence',
      { path: `${service}/src/`, pathNot: [...test, '/adapters/persistence/', '/src/compose\\.ts$'] },
      { path: '(?:^|/)node_modules/(?:@prisma|prisma|pg)/' },
    ),
    forbid(
      'postgres-client-has-one-room',
      { path: `${platform}/`, pathNot: [...test, `${platform}/postgres/`] },
      { path: '(?:^|/)node_modules/(?:@prisma|prisma|pg)/' },
    ),
    forbid(
      'no-dev-dependency-at-run-time',
      { path: '^(?:services/[^/]+|schemas)/src/', pathNot: [...test, `${platform}/testing/`] },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
    forbid('declared-dependencies-only', {}, { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] }),
    forbid('resolvable', {}, { couldNotResolve: true }),
  ],
  options: {
    combinedDependencies: true,
    doNotFollow: { path: ['node_modules', '/generated/', '/dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
