import { expect } from 'chai';
import { problemsOf } from './index.ts';
import type { Manifest } from './manifest.ts';

const LABELS = {
  'app.kubernetes.io/name': 'api',
  'app.kubernetes.io/component': 'service',
  'app.kubernetes.io/part-of': 'tiktok-channel',
};

const probe = { httpGet: { path: '/health/live', port: 'internal' } };

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
              env: [
                { name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'conversation-database', key: 'url' } } },
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
    spec: { selector: { 'app.kubernetes.io/name': 'api' }, ports: [{ port: 8080 }, { port: 9090 }] },
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
    spec: { rules: [{ backendRefs: [{ name: 'api', port: 8080 }] }] },
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings' },
    data: { KAFKA_SSL_KEY: '/etc/kafka/user.key' },
  },
];

// biome-ignore lint/suspicious/noExplicitAny: violations are planted into resources of any shape
type Planted = any;
const deployment = (manifests: Planted): Planted => manifests[0];
const pod = (manifests: Planted): Planted => deployment(manifests).spec.template.spec;
const container = (manifests: Planted): Planted => pod(manifests).containers[0];
const ofKind = (manifests: Planted, kind: string): Planted => manifests.find((each: Manifest) => each.kind === kind);

const VIOLATIONS: readonly (readonly [string, (manifests: Planted) => void, RegExp])[] = [
  [
    'an image without a tag',
    (all) => {
      container(all).image = 'registry.example.com:5000/app';
    },
    /has no tag/,
  ],
  [
    'the image of the day',
    (all) => {
      container(all).image = 'app:latest';
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
      container(all).env.push({ name: 'KAFKA_SASL_PASSWORD', value: 'hunter2' });
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
      ofKind(all, 'Service').spec.selector = { 'app.kubernetes.io/name': 'apy' };
    },
    /selects no pod/,
  ],
  [
    'a route to an internal port',
    (all) => {
      ofKind(all, 'HTTPRoute').spec.rules[0].backendRefs[0].port = 9090;
    },
    /no public port/,
  ],
  [
    'a route to nowhere',
    (all) => {
      ofKind(all, 'HTTPRoute').spec.rules[0].backendRefs[0].name = 'apy';
    },
    /no public port/,
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
});
