import { type Container, containersOf, isService, type Manifest, nameOf, podOf, selects } from './manifest.ts';
import { type End, isLetIn, isLetOut } from './network.ts';
import { type Program, programsIn } from './settings.ts';

/** The one public origin, which the command line of operators calls, and everybody else hands to others. */
const PUBLIC_ORIGIN = 'PUBLIC_URL';
const CALLS_PUBLIC_ORIGIN = 'operator';
/** Addresses that a process hands to others: browsers, TikTok, and tokens to compare with. */
const NOT_CALLED: ReadonlySet<string> = new Set([
  'OIDC_ISSUER',
  'OIDC_ORIGINS',
  'PICTURE_SOURCES',
  'SIMULATOR_URL',
  'TIKTOK_AUTHORIZE_URL',
  'WEBHOOK_CALLBACK_URL',
]);
/** Read by the telemetry that services start with, and by no declaration of their own. */
const SPANS_TO = 'OTEL_EXPORTER_OTLP_ENDPOINT';

/** Where the gateway of the routes runs (k8s/README.md). */
const GATEWAY: End = { kind: 'namespace', labels: { 'tiktok-channel.dev/gateway': 'true' } };
const MONITORING: End = { kind: 'namespace', labels: { 'tiktok-channel.dev/monitoring': 'true' } };

/** Connections that settings and routes ask for, and that lead nowhere or that a network policy refuses. */
export const reachProblems = (manifests: readonly Manifest[]): readonly string[] => [
  ...programsIn(manifests).flatMap((program) => callsOf(program, manifests)),
  ...manifests.flatMap((workload) => brokerProblems(workload, manifests)),
  ...manifests.filter(({ kind }) => kind === 'HTTPRoute').flatMap((route) => routeProblems(route, manifests)),
];

/** What a program connects to, by the setting that says so. */
export const calledAddresses = ({ workload, settings, environment }: Program) => {
  const called = isService(workload) ? { ...settings, [SPANS_TO]: environment[SPANS_TO] } : { ...settings };
  return Object.entries(called)
    .filter(([name]) => !NOT_CALLED.has(name))
    .filter(([name]) => name !== PUBLIC_ORIGIN || workload.metadata.name === CALLS_PUBLIC_ORIGIN)
    .flatMap(([name, value]) => addressesIn(value).map((address) => ({ name, address })));
};

const callsOf = (program: Program, manifests: readonly Manifest[]): readonly string[] =>
  calledAddresses(program).flatMap(({ name, address }) => callProblems(program.workload, name, address, manifests));

const ADVERTISED = 'KAFKA_ADVERTISED_LISTENERS';

/** A broker calls itself by the name that it tells its clients: without that no transaction comes to an end. */
const brokerProblems = (workload: Manifest, manifests: readonly Manifest[]): readonly string[] => {
  const pod = podOf(workload);
  if (pod === null) return [];
  const listeners = containersOf(pod).flatMap(({ env = [] }) =>
    env.filter(({ name }) => name === ADVERTISED).flatMap(({ value = '' }) => value.split(',')),
  );
  return listeners
    .flatMap((listener) => addressesIn(listener.replace(/^\w+:\/\//, '')))
    .flatMap((address) => callProblems(workload, ADVERTISED, address, manifests));
};

interface Address {
  readonly host: string;
  readonly port: number;
}

const SCHEME_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

const addressesIn = (value: unknown): readonly Address[] => {
  if (Array.isArray(value)) return value.flatMap(addressesIn);
  if (typeof value !== 'string') return [];
  const [, host, port] = /^([\w.-]+):(\d+)$/.exec(value) ?? [];
  if (host !== undefined) return [{ host, port: Number(port) }];
  if (!/^https?:\/\//.test(value)) return [];
  const url = new URL(value);
  return [{ host: url.hostname, port: Number(url.port || SCHEME_PORTS[url.protocol]) }];
};

const callProblems = (
  workload: Manifest,
  setting: string,
  address: Address,
  manifests: readonly Manifest[],
): readonly string[] => {
  const labels = podOf(workload)?.metadata.labels ?? {};
  const { ends, isOpen = false, problem } = destinationOf(setting, address, manifests);
  const refused = ends.flatMap(({ end, port }) => [
    ...(isLetOut(manifests, labels, end, port) ? [] : ['which no network policy lets it call']),
    ...(isOpen || end.kind !== 'pod' || isLetIn(manifests, end.labels, { kind: 'pod', labels }, port)
      ? []
      : ['which no network policy lets it into']),
  ]);
  return (problem === undefined ? refused : [problem]).map(
    (each) => `${nameOf(workload)}: ${setting} is ${address.host}:${address.port}, ${each}`,
  );
};

interface Destination {
  readonly ends: readonly { readonly end: End; readonly port: number }[];
  /** Who is let in is seen to elsewhere. */
  readonly isOpen?: boolean;
  readonly problem?: string;
}

const destinationOf = (setting: string, { host, port }: Address, manifests: readonly Manifest[]): Destination => {
  if (host.endsWith('.svc')) return { ends: [{ end: MONITORING, port }] };
  const world = { end: { kind: 'world' }, port } as const;
  // In the cluster of the gateway its public address may lead to its pods at once.
  if (host.includes('.')) return { ends: setting === PUBLIC_ORIGIN ? [world, { end: GATEWAY, port }] : [world] };
  return strimziAt(host, port, manifests) ?? serviceAt(host, port, manifests);
};

const serviceAt = (name: string, port: number, manifests: readonly Manifest[]): Destination => {
  const service = manifests.find(({ kind, metadata }) => kind === 'Service' && metadata.name === name);
  const wanted = service?.spec.ports.find((each: { port: number }) => each.port === port);
  if (service === undefined || wanted === undefined) return { ends: [], problem: 'where no Service is' };
  const pods = manifests.flatMap((manifest) => {
    const pod = podOf(manifest);
    return pod !== null && selects({ matchLabels: service.spec.selector }, pod.metadata.labels) ? [pod] : [];
  });
  const ends = pods.flatMap((pod) =>
    containersOf(pod).flatMap((container) =>
      portsOf(container, wanted.targetPort ?? port).map((number) => ({
        end: { kind: 'pod', labels: pod.metadata.labels ?? {} } as const,
        port: number,
      })),
    ),
  );
  return ends.length === 0 ? { ends, problem: 'where no pod listens' } : { ends };
};

const portsOf = ({ ports = [] }: Container, wanted: string | number): readonly number[] =>
  (ports as readonly { readonly name: string; readonly containerPort: number }[])
    .filter(({ name, containerPort }) => name === wanted || containerPort === wanted)
    .map(({ containerPort }) => containerPort);

/** The Service that Strimzi makes for a cluster's brokers, and whose policies it makes too. */
const strimziAt = (host: string, port: number, manifests: readonly Manifest[]): Destination | null => {
  const kafka = manifests.find(({ kind, metadata }) => kind === 'Kafka' && `${metadata.name}-kafka-bootstrap` === host);
  if (kafka === undefined) return null;
  const listens = kafka.spec.kafka.listeners.some((listener: { port: number }) => listener.port === port);
  const labels = { 'strimzi.io/cluster': kafka.metadata.name };
  return listens
    ? { ends: [{ end: { kind: 'pod', labels }, port }], isOpen: true }
    : { ends: [], problem: 'where no broker listens' };
};

interface RouteRule {
  readonly backendRefs: readonly { readonly name: string; readonly port: number }[];
}

const routeProblems = (route: Manifest, manifests: readonly Manifest[]): readonly string[] =>
  (route.spec.rules as readonly RouteRule[])
    .flatMap(({ backendRefs }) => backendRefs)
    .flatMap(({ name, port }) => {
      const { ends, problem } = serviceAt(name, port, manifests);
      const isRefused = ends.some(
        ({ end, port: at }) => end.kind === 'pod' && !isLetIn(manifests, end.labels, GATEWAY, at),
      );
      const problems = [
        ...(problem === undefined ? [] : [problem]),
        ...(isRefused ? ['which no network policy lets the gateway into'] : []),
      ];
      return problems.map((each) => `${nameOf(route)}: leads to ${name}:${port}, ${each}`);
    });
