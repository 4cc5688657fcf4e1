import { expect } from 'chai';
import { wayOutProblems } from './closed.ts';
import { imageProblems } from './images.ts';
import { problemsOf } from './index.ts';
import type { Manifest } from './manifest.ts';
import { originProblems } from './origin.ts';
import { kubectlCommandsOf, misplacedSecrets, namesNothing } from './pages.ts';
import { missingSecrets } from './secrets.ts';

const LABELS = {
  'app.kubernetes.io/name': 'api',
  'app.kubernetes.io/component': 'service',
  'app.kubernetes.io/part-of': 'tiktok-channel',
};

const GATEWAY = { 'tiktok-channel.dev/gateway': 'true' };
const MONITORING = { 'tiktok-channel.dev/monitoring': 'true' };

const probe = { httpGet: { path: '/health/live', port: 'internal' } };

const POD = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
const CONTAINER = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

/** What nobody can complain about. */
const system = (): Manifest[] => [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'api', labels: LABELS },
    spec: {
      template: {
        metadata: { labels: LABELS },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 45,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              name: 'service',
              image: 'registry.example.com:5000/tiktok-channel/conversation:0.1.0',
              ports: [
                { name: 'public', containerPort: 8080 },
                { name: 'internal', containerPort: 9090 },
              ],
              envFrom: [{ configMapRef: { name: 'settings' } }],
              env: [
                { name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'conversation-database', key: 'url' } } },
                { name: 'MEDIA_URL_SECRETS', valueFrom: { secretKeyRef: { name: 'media-urls', key: 'secrets' } } },
                { name: 'SERVICE_TOKEN_SECRETS', valueFrom: { secretKeyRef: { name: 'tokens', key: 'secrets' } } },
              ],
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              lifecycle: { preStop: { sleep: { seconds: 10 } } },
              startupProbe: probe,
              readinessProbe: probe,
              livenessProbe: probe,
              resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '1Gi' } },
            },
          ],
        },
      },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'api' },
    spec: {
      selector: { 'app.kubernetes.io/name': 'api' },
      ports: [
        { port: 8080, targetPort: 'public' },
        { port: 9090, targetPort: 'internal' },
      ],
    },
  },
  {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'api' },
    spec: { selector: { matchLabels: { 'app.kubernetes.io/name': 'api' } } },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'nothing-by-default' },
    spec: {
      podSelector: { matchLabels: { 'app.kubernetes.io/part-of': 'tiktok-channel' } },
      policyTypes: ['Ingress', 'Egress'],
      egress: [],
    },
  },
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'public' },
    spec: { hostnames: ['channel.example.com'], rules: [{ backendRefs: [{ name: 'api', port: 8080 }] }] },
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings' },
    data: {
      KAFKA_BROKERS: 'kafka-kafka-bootstrap:9093',
      KAFKA_SSL_KEY: '/etc/kafka/user.key',
      PUBLIC_URL: 'https://channel.example.com',
      SCHEMA_REGISTRY_URL: 'https://registry.example.com',
      AUTH_INTERNAL_URL: 'http://api:9090',
      OIDC_ISSUER: 'http://nobody.calls:1',
      OIDC_AUDIENCE: 'tiktok-channel',
      OIDC_JWKS_URL: 'https://id.example.com:8443/keys',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.monitoring.svc:4318',
    },
  },
  {
    apiVersion: 'kafka.strimzi.io/v1',
    kind: 'Kafka',
    metadata: { name: 'kafka', namespace: 'tiktok-channel' },
    spec: {
      kafka: {
        listeners: [{ port: 9093 }],
        template: { pod: { securityContext: POD }, kafkaContainer: { securityContext: CONTAINER } },
      },
      entityOperator: {
        userOperator: {},
        template: { pod: { securityContext: POD }, userOperatorContainer: { securityContext: CONTAINER } },
      },
    },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'calls' },
    spec: {
      podSelector: { matchLabels: { 'app.kubernetes.io/name': 'api' } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        { from: [{ namespaceSelector: { matchLabels: GATEWAY } }], ports: [{ port: 8080 }] },
        { from: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'api' } } }], ports: [{ port: 9090 }] },
      ],
      egress: [
        { to: [{ podSelector: { matchLabels: { 'strimzi.io/cluster': 'kafka' } } }], ports: [{ port: 9093 }] },
        { to: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'api' } } }], ports: [{ port: 9090 }] },
        { to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ port: 443 }] },
        { to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ port: 8443 }] },
        { to: [{ namespaceSelector: { matchLabels: MONITORING } }], ports: [{ port: 4318 }] },
      ],
    },
  },
  migration(),
];

/** A job that migrates the database of the deployment. */
const migration = (): Manifest => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'migrate', labels: { 'app.kubernetes.io/component': 'job' } },
  spec: {
    template: {
      metadata: {},
      spec: {
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'job',
            image: 'registry.example.com:5000/tiktok-channel/conversation:0.1.0',
            args: ['../platform/src/migrate/main.ts'],
            env: [{ name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'conversation-database', key: 'url' } } }],
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
            resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '1Gi' } },
          },
        ],
      },
    },
  },
});

// biome-ignore lint/suspicious/noExplicitAny: violations are planted into resources of any shape
type Planted = any;
const deployment = (manifests: Planted): Planted => manifests[0];
const pod = (manifests: Planted): Planted => deployment(manifests).spec.template.spec;
const container = (manifests: Planted): Planted => pod(manifests).containers[0];
const ofKind = (manifests: Planted, kind: string): Planted => manifests.find((each: Manifest) => each.kind === kind);
const calls = (manifests: Planted): Planted => manifests.find((each: Manifest) => each.metadata.name === 'calls').spec;
const setTo = (name: string, value: string) => (all: Planted) => {
  ofKind(all, 'ConfigMap').data[name] = value;
};

/** Something else is scaled by the lag that KEDA asks this address for. */
const scaledBy = (bootstrapServers: string) => (all: Planted) => {
  all.push({
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: 'projector' },
    spec: { scaleTargetRef: { name: 'projector' }, triggers: [{ metadata: { bootstrapServers } }] },
  });
};

const VIOLATIONS: readonly (readonly [string, (manifests: Planted) => void, RegExp])[] = [
  [
    'an image without a tag',
    (all) => {
      Object.assign(container(all), { image: 'registry.example.com:5000/app', env: [] });
    },
    /has no tag/,
  ],
  [
    'the image of the day',
    (all) => {
      Object.assign(container(all), { image: 'app:latest', env: [] });
    },
    /another one tomorrow/,
  ],
  [
    'no startup probe',
    (all) => {
      delete container(all).startupProbe;
    },
    /no startupProbe/,
  ],
  [
    'no readiness probe',
    (all) => {
      delete container(all).readinessProbe;
    },
    /no readinessProbe/,
  ],
  [
    'no liveness probe',
    (all) => {
      delete container(all).livenessProbe;
    },
    /no livenessProbe/,
  ],
  [
    'no requests',
    (all) => {
      delete container(all).resources.requests;
    },
    /requests no processor/,
  ],
  [
    'no limit of memory',
    (all) => {
      delete container(all).resources.limits;
    },
    /no limit of memory/,
  ],
  [
    'a limit of processor time',
    (all) => {
      container(all).resources.limits.cpu = '1';
    },
    /throttled/,
  ],
  [
    'root',
    (all) => {
      delete pod(all).securityContext.runAsNonRoot;
    },
    /may run as root/,
  ],
  [
    'no seccomp profile',
    (all) => {
      delete pod(all).securityContext.seccompProfile;
    },
    /no seccomp/,
  ],
  [
    'a writable root',
    (all) => {
      container(all).securityContext.readOnlyRootFilesystem = false;
    },
    /root file system/,
  ],
  [
    'capabilities',
    (all) => {
      delete container(all).securityContext.capabilities;
    },
    /keeps capabilities/,
  ],
  [
    'escalation',
    (all) => {
      delete container(all).securityContext.allowPrivilegeEscalation;
    },
    /may gain/,
  ],
  [
    'a privileged container',
    (all) => {
      container(all).securityContext.privileged = true;
    },
    /is privileged/,
  ],
  [
    "a token of the cluster's API",
    (all) => {
      delete pod(all).automountServiceAccountToken;
    },
    /mounts a token/,
  ],
  [
    'variables of Services',
    (all) => {
      delete pod(all).enableServiceLinks;
    },
    /variables named after/,
  ],
  [
    "the node's network",
    (all) => {
      pod(all).hostNetwork = true;
    },
    /namespace of the node/,
  ],
  [
    'no wait before the stop',
    (all) => {
      delete container(all).lifecycle;
    },
    /requests are still sent/,
  ],
  [
    'too little grace',
    (all) => {
      pod(all).terminationGracePeriodSeconds = 30;
    },
    /killed before it has drained/,
  ],
  [
    'a password as a value',
    (all) => {
      container(all).env.push({ name: 'KAFKA_SASL_PASSWORD', value: 'hunter2-hunter2' });
    },
    /PASSWORD stands in clear/,
  ],
  [
    'a URL with a password',
    (all) => {
      ofKind(all, 'ConfigMap').data.CACHE_URL = 'redis://me:hunter2@cache';
    },
    /CACHE_URL stands in clear/,
  ],
  [
    'a private key',
    (all) => {
      ofKind(all, 'ConfigMap').data.pem = '-----BEGIN PRIVATE KEY-----\nhunter2';
    },
    /pem stands in clear/,
  ],
  [
    'a Secret',
    (all) => {
      all.push({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { a: 'hunter2' } });
    },
    /whoever keeps secrets/,
  ],
  [
    'no disruption budget',
    (all) => {
      all.splice(2, 1);
    },
    /0 disruption budgets/,
  ],
  [
    'no network policy',
    (all) => {
      all.splice(3, 1);
    },
    /not closed/,
  ],
  [
    'a Service without pods',
    (all) => {
      const selector = { 'app.kubernetes.io/name': 'apy' };
      all.push({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'apy' }, spec: { selector, ports: [] } });
    },
    /selects no pod/,
  ],
  [
    'a route to an internal port',
    (all) => {
      ofKind(all, 'HTTPRoute').spec.rules[0].backendRefs[0].port = 9090;
      calls(all).ingress[0].ports[0].port = 9090;
    },
    /no public port/,
  ],
  [
    'a route to nowhere',
    (all) => {
      ofKind(all, 'HTTPRoute').spec.rules[0].backendRefs[0].name = 'apy';
    },
    /where no Service is/,
  ],
  [
    'a database that nobody migrates',
    (all) => {
      all.pop();
    },
    /no job of its image/,
  ],
  [
    'a database that another version migrates',
    (all) => {
      all.at(-1).spec.template.spec.containers[0].image = 'registry.example.com/tiktok-channel/conversation:0.2.0';
    },
    /no job of its image/,
  ],
  [
    'replicas of what is scaled',
    (all) => {
      deployment(all).spec.replicas = 2;
      all.push({
        apiVersion: 'keda.sh/v1alpha1',
        kind: 'ScaledObject',
        metadata: { name: 'api' },
        spec: { scaleTargetRef: { name: 'api' } },
      });
    },
    /set back by every apply/,
  ],
  [
    'a setting that is missing',
    (all) => {
      delete ofKind(all, 'ConfigMap').data.OIDC_AUDIENCE;
    },
    /does not start: .*OIDC_AUDIENCE: is not set/,
  ],
  ['a setting that is wrong', setTo('REPLY_RULES', 'hunter2'), /does not start: .*REPLY_RULES/],
  [
    'a secret that a service is not given',
    (all) => {
      container(all).env.splice(1, 1);
    },
    /does not start: .*MEDIA_URL_SECRETS: is not set/,
  ],
  [
    'a clock of others in production',
    setTo('CLOCK_URL', 'http://simulator:4010'),
    /does not start: .*CLOCK_URL: is refused/,
  ],
  [
    'a program that nobody knows',
    (all) => {
      container(all).args = ['src/other.ts'];
    },
    /runs conversation src\/other\.ts, whose settings are not known/,
  ],
  ['an address without a Service', setTo('AUTH_INTERNAL_URL', 'http://auth:9090'), /auth:9090, where no Service is/],
  [
    'a broker that cannot call itself',
    (all) => {
      container(all).env.push({ name: 'KAFKA_ADVERTISED_LISTENERS', value: 'PLAINTEXT://api:8080,TLS://api:9090' });
      const itself = { podSelector: { matchLabels: { 'app.kubernetes.io/name': 'api' } } };
      calls(all).ingress.push({ from: [itself], ports: [{ port: 8080 }] });
    },
    /KAFKA_ADVERTISED_LISTENERS is api:8080, which no network policy lets it call/,
  ],
  [
    'an address without a broker',
    setTo('KAFKA_BROKERS', 'kafka-kafka-bootstrap:9094'),
    /KAFKA_BROKERS is .*:9094, where no broker listens/,
  ],
  [
    'a Service to a port that no pod has',
    (all) => {
      ofKind(all, 'Service').spec.ports[1].targetPort = 'inner';
    },
    /AUTH_INTERNAL_URL is api:9090, where no pod listens/,
  ],
  [
    'no way out to another service',
    (all) => {
      calls(all).egress.splice(1, 1);
    },
    /AUTH_INTERNAL_URL is api:9090, which no network policy lets it call/,
  ],
  [
    'no way into another service',
    (all) => {
      calls(all).ingress.splice(1, 1);
    },
    /AUTH_INTERNAL_URL is api:9090, which no network policy lets it into/,
  ],
  [
    'no way out to Kafka',
    (all) => {
      calls(all).egress.splice(0, 1);
    },
    /KAFKA_BROKERS is .*, which no network policy lets it call/,
  ],
  [
    "no way out to the provider's keys",
    (all) => {
      calls(all).egress.splice(3, 1);
    },
    /OIDC_JWKS_URL is id\.example\.com:8443, which no network policy lets it call/,
  ],
  [
    'no way out for spans',
    (all) => {
      calls(all).egress.splice(4, 1);
    },
    /OTEL_EXPORTER_OTLP_ENDPOINT is .*, which no network policy lets it call/,
  ],
  [
    'a port that is open to everybody',
    (all) => {
      calls(all).ingress.push({ from: [{ podSelector: {} }], ports: [{ port: 9090 }] });
    },
    /port 9090 is open to any pod/,
  ],
  [
    'a port that is open to other namespaces',
    (all) => {
      calls(all).ingress.push({ from: [{ namespaceSelector: {} }], ports: [{ port: 8080 }] });
    },
    /port 8080 is open to any namespace/,
  ],
  [
    'a port that is open to somebody who never calls it',
    (all) => {
      all.at(-1).spec.template.metadata.labels = { 'app.kubernetes.io/name': 'migrations' };
      const job = { podSelector: { matchLabels: { 'app.kubernetes.io/name': 'migrations' } } };
      calls(all).ingress.push({ from: [job], ports: [{ port: 9090 }] });
    },
    /port 9090 is open to Job\/migrate, which never calls it/,
  ],
  [
    'a port that is open to addresses',
    (all) => {
      calls(all).ingress.push({ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ port: 8080 }] });
    },
    /port 8080 is open to an address/,
  ],
  [
    'a port by its name',
    (all) => {
      calls(all).ingress.push({ from: [{ podSelector: {} }], ports: [{ port: 'internal' }] });
    },
    /port internal is not followed/,
  ],
  [
    'labels that are chosen otherwise',
    (all) => {
      const others = { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['api'] }] };
      calls(all).ingress.push({ from: [{ podSelector: others }], ports: [{ port: 9090 }] });
    },
    /app NotIn is not followed/,
  ],
  [
    'operators who cannot call the one public origin',
    (all) => {
      const operator = structuredClone(deployment(all));
      const labels = { 'app.kubernetes.io/name': 'operator' };
      operator.metadata = { name: 'operator' };
      operator.spec.template.metadata.labels = labels;
      operator.spec.template.spec.containers[0].image = 'registry.example.com/tiktok-channel/operator:0.1.0';
      operator.spec.template.spec.containers[0].env = ['TIKTOK_APP_ID', 'TIKTOK_APP_SECRET'].map((name) => ({
        name,
        valueFrom: { secretKeyRef: { name: 'tiktok-app', key: 'id' } },
      }));
      const everythingElse = [{ ipBlock: { cidr: '0.0.0.0/0' } }, { podSelector: {} }];
      const spec = { podSelector: { matchLabels: labels }, policyTypes: ['Egress'], egress: [{ to: everythingElse }] };
      calls(all).ingress[1].from.push({ podSelector: { matchLabels: labels } });
      all.splice(1, 0, operator, { kind: 'NetworkPolicy', metadata: { name: 'calls-of-operators' }, spec });
    },
    /PUBLIC_URL is channel\.example\.com:443, which no network policy lets it call/,
  ],
  [
    'a gateway that is kept out',
    (all) => {
      calls(all).ingress.splice(0, 1);
    },
    /leads to api:8080, which no network policy lets the gateway into/,
  ],
  [
    'an origin that the gateway does not serve',
    setTo('PUBLIC_URL', 'https://another.example.com'),
    /is not served at another/,
  ],
  ['a broker that KEDA looks for at home', scaledBy('kafka-kafka-bootstrap:9093'), /the address of nothing/],
  ['a broker of another namespace', scaledBy('kafka-kafka-bootstrap.kafka.svc:9093'), /where no broker listens/],
  ['a port without a broker', scaledBy('kafka-kafka-bootstrap.tiktok-channel.svc:9092'), /where no broker listens/],
  [
    'brokers that the namespace refuses',
    (all) => {
      delete ofKind(all, 'Kafka').spec.kafka.template.kafkaContainer;
    },
    /kafka\.template\.kafkaContainer is refused/,
  ],
  [
    'an alert without a page',
    (all) => {
      const rule = { alert: 'IngressAbsent', annotations: { runbook_url: 'deploy/runbooks/IngressAbsent.md' } };
      const kind = 'PrometheusRule';
      all.push({ kind, metadata: { name: 'alerts' }, spec: { groups: [{ rules: [{ record: 'a' }, rule] }] } });
    },
    /IngressAbsent leads to no page/,
  ],
  [
    "operators of Kafka's users that the namespace refuses",
    (all) => {
      delete ofKind(all, 'Kafka').spec.entityOperator.template.pod;
    },
    /entityOperator\.template\.pod is refused/,
  ],
];

describe('our own rules for manifests', () => {
  it('find nothing where nothing is wrong', () => {
    expect(problemsOf(system())).to.deep.equal([]);
  });

  for (const [what, plant, expected] of VIOLATIONS) {
    it(`find ${what}`, () => {
      const manifests = system();
      plant(manifests);
      const problems = problemsOf(manifests);

      expect(problems).to.have.lengthOf(1);
      expect(problems[0]).to.match(expected).and.to.not.include('hunter2');
    });
  }

  it('take a list of nobody for everybody, and follow ranges of ports', () => {
    const manifests = system();
    calls(manifests).ingress.push({ from: [], ports: [{ port: 9000, endPort: 9099 }] });

    expect(problemsOf(manifests)).to.deep.equal(
      ['any pod', 'any namespace', 'an address'].map(
        (who) => `Deployment/api: port 9090 is open to ${who}, which never calls it`,
      ),
    );
  });
});

describe('the rule for what the world reaches', () => {
  const labels = { 'app.kubernetes.io/name': 'webhooks' };
  const problemsWith = (...egress: readonly object[]): readonly string[] =>
    wayOutProblems([
      { ...system()[0], metadata: { name: 'webhooks', labels: LABELS }, spec: { template: podWith(labels) } },
      { ...system()[0], metadata: { name: 'auth' }, spec: { template: podWith({ 'app.kubernetes.io/name': 'auth' }) } },
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'ways-out' },
        spec: { podSelector: { matchLabels: labels }, policyTypes: ['Egress'], egress },
      },
    ] as Manifest[]);
  const podWith = (given: object) => ({
    metadata: { labels: given },
    spec: { containers: [{ name: 'a', image: 'a:1' }] },
  });
  const kubeSystem = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } };
  const brokers = { podSelector: { matchLabels: { 'strimzi.io/cluster': 'kafka' } } };

  it('finds nothing where it has names, spans and brokers', () => {
    const spans = { namespaceSelector: { matchLabels: MONITORING } };
    const [names, spansOut, kafka] = [[kubeSystem], [spans], [brokers]].map((to) => ({ to, ports: [{ port: 53 }] }));

    expect(problemsWith(names as object, spansOut as object, kafka as object)).to.deep.equal([]);
  });

  for (const [what, rule] of [
    ['the world', { to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }], ports: [{ port: 443 }] }],
    ['everybody', { to: [], ports: [{ port: 443 }] }],
    ['everybody, on any port', {}],
    ['any namespace', { to: [kubeSystem, { namespaceSelector: {} }] }],
    [
      'tokens',
      { to: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'auth' } } }], ports: [{ port: 9090 }] },
    ],
  ] as const) {
    it(`finds a way to ${what}`, () => {
      expect(problemsWith(rule)).to.have.lengthOf(1);
    });
  }
});

describe('the rules for secrets', () => {
  it('find a key that nobody makes', () => {
    const isMade = ({ name, key }: { readonly name: string; readonly key: string }): boolean =>
      name !== 'media-urls' && (key === 'url' || key === 'secrets');

    expect(missingSecrets(system(), isMade)).to.deep.equal([
      'Deployment/api: nobody makes secrets of Secret media-urls',
    ]);
  });
});

describe('the rules for the one public origin', () => {
  const upstreams = {
    INGRESS: 'webhooks',
    HISTORY: 'history',
    AUTH: 'auth',
    CONVERSATION: 'api',
    PROJECTOR: 'projector',
    OUTBOUND: 'dispatcher',
  };
  const local: Manifest[] = [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'console', labels: { 'app.kubernetes.io/component': 'service' } },
      spec: {
        template: {
          spec: {
            containers: [
              {
                env: Object.entries(upstreams).map(([name, to]) => ({
                  name: `${name}_URL`,
                  value: `http://${to}:8080`,
                })),
              },
            ],
          },
        },
      },
    },
  ];
  const to = (name: string, ...paths: readonly (readonly [string, string])[]): Planted => ({
    matches: paths.map(([type, value]) => ({ path: { type, value } })),
    backendRefs: [{ name, port: 8080 }],
  });
  const operators = (name: string, service: string): Planted => ({
    ...to(name, ['PathPrefix', `/operator/${service}/v1`]),
    filters: [{ type: 'URLRewrite', urlRewrite: { path: { replacePrefixMatch: '/operator/v1' } } }],
  });
  const production = (): Planted[] => [
    {
      kind: 'HTTPRoute',
      metadata: { name: 'public' },
      spec: {
        rules: [
          to('webhooks', ['Exact', '/webhooks/tiktok']),
          to('auth', ['Exact', '/tiktok/callback'], ['PathPrefix', '/v1/accounts'], ['PathPrefix', '/v1/channels']),
          operators('history', 'ingress'),
          operators('auth', 'auth'),
          operators('projector', 'conversation'),
          operators('dispatcher', 'outbound'),
          to('api', ['PathPrefix', '/v1']),
          to('console', ['PathPrefix', '/']),
        ],
      },
    },
  ];
  const rules = ([route]: Planted[]): Planted[] => route.spec.rules;

  it('find nothing where the gateway leads as the console does', () => {
    expect(originProblems(local, production())).to.deep.equal([]);
  });

  it('find operators who are led to the page', () => {
    const planted = production();
    rules(planted).splice(2, 1);

    expect(originProblems(local, planted)).to.deep.equal([
      'HTTPRoute/public: leads /operator/ingress/v1/consumers to console/operator/ingress/v1/consumers, not to history/operator/v1/consumers',
    ]);
  });

  it('find a path that is not rewritten, and one that leads to another service', () => {
    const planted = production();
    delete rules(planted)[5].filters;
    rules(planted)[1].matches.splice(2, 1);

    expect(originProblems(local, planted)).to.have.lengthOf(3);
  });
});

describe('the rules for what pages tell operators to run', () => {
  const problemsIn = (...lines: readonly string[]): readonly string[] =>
    kubectlCommandsOf('a.md', `\`\`\`sh\n${lines.join('\n')}\n\`\`\``).flatMap((command) =>
      namesNothing(command, system()),
    );

  it('find nothing where it acts on what there is', () => {
    const lines = [
      'kubectl rollout restart deployment/api',
      'kubectl rollout status deployment -l app.kubernetes.io/component=service',
      "kubectl wait --for=delete pod -l 'app.kubernetes.io/name in (api)' --timeout=5m",
      'kubectl logs -l app.kubernetes.io/name=api -c service',
      'kubectl apply -k <overlay> -l app.kubernetes.io/name=api',
      'kubectl exec deployment/api -- cat sub/folder -l none',
      'kubectl logs <pod>',
    ];

    expect(problemsIn(...lines)).to.deep.equal([]);
  });

  for (const [what, line, expected] of [
    ['an object that no manifest makes', 'kubectl scale deployment/apy --replicas=1', 'there is no deployment/apy'],
    ['one of another kind', 'kubectl annotate scaledobject/api a=b', 'there is no scaledobject/api'],
    ['one in an alias', "alias api='kubectl exec deployment/apy -- sh'", 'there is no deployment/apy'],
    ['one behind a pipe', 'node a.js | kubectl delete service/apy', 'there is no service/apy'],
    ['labels that nothing has', 'kubectl delete jobs -l app.kubernetes.io/name=api', 'nothing has app'],
    [
      'labels of which one is in vain',
      "kubectl get pods -l 'app.kubernetes.io/name in (api, apy)'",
      'nothing has app.kubernetes.io/name=apy',
    ],
    ['a container that no pod has', 'kubectl logs deployment/api -c app', 'no pod has a container app'],
  ] as const) {
    it(`find ${what}`, () => {
      const problems = problemsIn(line);

      expect(problems).to.have.lengthOf(1);
      expect(problems[0]).to.include(expected);
    });
  }

  it('find a secret whose deployments are not all named, or not as they are', () => {
    const table = (...names: readonly string[]) => `| of media | \`MEDIA_URL_SECRETS\` | ${names.join(', ')} | a day |`;

    expect(misplacedSecrets(table('api'), system())).to.deep.equal([]);
    expect(misplacedSecrets(table('projector'), system())).to.deep.equal([
      'MEDIA_URL_SECRETS: api has it, too',
      'MEDIA_URL_SECRETS: projector does not have it',
    ]);
  });
});

describe('the rules for the image of a service', () => {
  const DOCKERFILE = `ARG BASE_IMAGE=node:24-bookworm-slim
FROM \${BASE_IMAGE} AS production
RUN npm ci --omit=dev
FROM \${BASE_IMAGE}
LABEL org.opencontainers.image.title="a" org.opencontainers.image.description="b" \\
      org.opencontainers.image.licenses="c" org.opencontainers.image.version="d" org.opencontainers.image.revision="e"
COPY --from=production /image /app
ENV NODE_ENV=production
USER 1000:1000
STOPSIGNAL SIGTERM
ENTRYPOINT ["node"]
`;

  it('find nothing where nothing is wrong', () => {
    expect(imageProblems(DOCKERFILE)).to.deep.equal([]);
  });

  for (const [what, written, planted, expected] of [
    ['another Node', 'node:24-', 'node:22-', 'is not based on Node 24'],
    ['packages of the development', ' --omit=dev', '', 'holds packages of the development'],
    ['root', 'USER 1000:1000', 'USER 0:0', 'runs as root'],
    ['a user by its name', 'USER 1000:1000', 'USER node', 'whose number is not known'],
    ['no signal', 'STOPSIGNAL SIGTERM', '', 'which signal'],
    ['a shell', 'ENTRYPOINT ["node"]', 'ENTRYPOINT node', 'has a shell'],
    ['no production mode', 'ENV NODE_ENV=production', '', 'not in production mode'],
    ['a label that is missing', 'org.opencontainers.image.revision="e"', '', 'no label revision'],
  ] as const) {
    it(`find ${what}`, () => {
      const problems = imageProblems(DOCKERFILE.replace(written, planted));

      expect(problems).to.have.lengthOf(1);
      expect(problems[0]).to.include(expected);
    });
  }
});
