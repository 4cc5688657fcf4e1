import { isService, type Manifest, nameOf, podOf, selects } from './manifest.ts';
import { type End, isLetIn, type Peer, waysOut } from './network.ts';
import { calledAddresses } from './reach.ts';
import { type Program, programsIn } from './settings.ts';

const PUBLIC_PORT = 8080;
const INTERNAL_PORT = 9090;
/** A pod that is the gateway, or stands outside of it: where the console is the one public origin. */
const GATEWAY = 'tiktok-channel.dev/gateway';

const STRANGERS: readonly (readonly [string, End])[] = [
  ['any pod', { kind: 'pod', labels: {} }],
  ['any namespace', { kind: 'namespace', labels: {} }],
  ['an address', { kind: 'address' }],
];

/** Ports of services that network policies open to somebody who never calls them. */
export const openProblems = (manifests: readonly Manifest[]): readonly string[] => {
  const programs = programsIn(manifests);
  return manifests.filter(isService).flatMap((service) =>
    [PUBLIC_PORT, INTERNAL_PORT].flatMap((port) => {
      const isOpenTo = (from: End): boolean => isLetIn(manifests, labelsOf(service), from, port);
      const strangers = STRANGERS.filter(([, from]) => isOpenTo(from)).map(([who]) => who);
      const others = manifests
        .filter((other) => podOf(other) !== null && other !== service)
        .filter((other) => isOpenTo({ kind: 'pod', labels: labelsOf(other) }))
        .filter((other) => !calls(programs, other, { service, port, manifests }));
      return [...strangers, ...(strangers.length > 0 ? [] : others.map(nameOf))].map(
        (who) => `${nameOf(service)}: port ${port} is open to ${who}, which never calls it`,
      );
    }),
  );
};

/** The service that the world can send anything to: whoever takes it over finds no way on. */
const EXPOSED = 'webhooks';
const ELSEWHERE: readonly (readonly [label: string, value: string])[] = [
  ['kubernetes.io/metadata.name', 'kube-system'],
  ['tiktok-channel.dev/monitoring', 'true'],
];

/** Ways out of what the world reaches, but to names, to where spans go, and to what it calls. */
export const wayOutProblems = (manifests: readonly Manifest[]): readonly string[] => {
  const programs = programsIn(manifests);
  const isNeeded = (from: Manifest, { podSelector, namespaceSelector }: Peer, ports: readonly number[]): boolean => {
    if (namespaceSelector !== undefined)
      return ELSEWHERE.some(([label, value]) => namespaceSelector.matchLabels?.[label] === value);
    return (
      podSelector !== undefined &&
      manifests
        .filter((other) => podOf(other) !== null && selects(podSelector, labelsOf(other)))
        .every((service) => ports.some((port) => calls(programs, from, { service, port, manifests })))
    );
  };
  return manifests
    .filter((manifest) => isService(manifest) && manifest.metadata.name === EXPOSED)
    .flatMap((from) =>
      waysOut(manifests, labelsOf(from))
        .filter(({ to = [], ports = [] }) => {
          const numbers = ports.flatMap(({ port }) => (typeof port === 'number' ? [port] : []));
          return to.length === 0 || !to.every((peer) => isNeeded(from, peer, numbers));
        })
        .map(
          ({ to }) =>
            `${nameOf(from)}: is reached by the world, and needs no way out to ${JSON.stringify(to ?? 'all')}`,
        ),
    );
};

const labelsOf = (workload: Manifest): Readonly<Record<string, string>> => podOf(workload)?.metadata.labels ?? {};

interface Called {
  readonly service: Manifest;
  readonly port: number;
  readonly manifests: readonly Manifest[];
}

const calls = (programs: readonly Program[], from: Manifest, { service, port, manifests }: Called): boolean => {
  if (port === PUBLIC_PORT && labelsOf(from)[GATEWAY] === 'true') return true;
  const names = manifests
    .filter(({ kind, spec }) => kind === 'Service' && selects({ matchLabels: spec.selector }, labelsOf(service)))
    .map(({ metadata }) => metadata.name);
  return programs
    .filter(({ workload }) => workload === from)
    .flatMap(calledAddresses)
    .some(({ address }) => address.port === port && names.includes(address.host));
};
