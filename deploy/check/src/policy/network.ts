import { type Manifest, nameOf, selects } from './manifest.ts';

type Labels = Readonly<Record<string, string>>;

/** One end of a connection: a pod of ours, any pod of a namespace with these labels, an address of the world, or any address at all. */
export type End =
  | { readonly kind: 'pod'; readonly labels: Labels }
  | { readonly kind: 'namespace'; readonly labels: Labels }
  | { readonly kind: 'world' }
  | { readonly kind: 'address' };

export interface Peer {
  readonly podSelector?: Parameters<typeof selects>[0];
  readonly namespaceSelector?: Parameters<typeof selects>[0];
  readonly ipBlock?: { readonly cidr: string };
}

export interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port?: number | string; readonly endPort?: number }[];
}

/** Whether the network policies let pods with these labels connect to `port` of `to`. */
export const isLetOut = (manifests: readonly Manifest[], labels: Labels, to: End, port: number): boolean =>
  isLet(policiesOn(manifests, labels, 'Egress'), ({ spec }) => spec.egress, to, port);

/** Whether they let `from` connect to `port` of pods with these labels. */
export const isLetIn = (manifests: readonly Manifest[], labels: Labels, from: End, port: number): boolean =>
  isLet(policiesOn(manifests, labels, 'Ingress'), ({ spec }) => spec.ingress, from, port);

/** Every way out of pods with these labels. */
export const waysOut = (manifests: readonly Manifest[], labels: Labels): readonly Rule[] =>
  policiesOn(manifests, labels, 'Egress').flatMap(({ spec }) => (spec.egress ?? []) as readonly Rule[]);

/** What network policies may say and what is not followed here: a port by its name, and labels by another operator than `In`. */
export const formProblems = (manifests: readonly Manifest[]): readonly string[] =>
  manifests
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .flatMap((policy) => {
      const rules = [...(policy.spec.ingress ?? []), ...(policy.spec.egress ?? [])] as readonly Rule[];
      const peers = rules.flatMap(({ from = [], to = [] }) => [...from, ...to]);
      const selectors = [
        policy.spec.podSelector,
        ...peers.flatMap((peer) => [peer.podSelector, peer.namespaceSelector]),
      ];
      const operators = selectors.flatMap((selector: Peer['podSelector']) => selector?.matchExpressions ?? []);
      return [
        ...rules.flatMap(({ ports = [] }) =>
          ports.flatMap(({ port }) => (typeof port === 'string' ? [`port ${port}`] : [])),
        ),
        ...operators.flatMap(({ key, operator }) => (operator === 'In' ? [] : [`${key} ${operator}`])),
      ].map((what) => `${nameOf(policy)}: ${what} is not followed by these rules`);
    });

const policiesOn = (manifests: readonly Manifest[], labels: Labels, type: string): readonly Manifest[] =>
  manifests.filter(
    ({ kind, spec }) =>
      kind === 'NetworkPolicy' && spec.policyTypes.includes(type) && selects(spec.podSelector, labels),
  );

/** Policies add up, and where there is none everything is let. */
const isLet = (
  policies: readonly Manifest[],
  rulesOf: (policy: Manifest) => readonly Rule[] | undefined,
  end: End,
  port: number,
): boolean =>
  policies.length === 0 ||
  policies
    .flatMap((policy) => rulesOf(policy) ?? [])
    .some((rule) => fitsPort(rule, port) && fitsPeer(rule.from ?? rule.to, end));

/** None at all are all. */
const fitsPort = ({ ports = [] }: Rule, wanted: number): boolean =>
  ports.length === 0 ||
  ports.some(
    ({ port, endPort }) =>
      port === undefined || port === wanted || (endPort !== undefined && Number(port) <= wanted && wanted <= endPort),
  );

/** None at all are everybody. */
const fitsPeer = (peers: readonly Peer[] = [], end: End): boolean =>
  peers.length === 0 || peers.some((peer) => FITS[end.kind](peer, end));

const FITS: Readonly<Record<End['kind'], (peer: Peer, end: End) => boolean>> = {
  pod: ({ podSelector, namespaceSelector }, end) =>
    podSelector !== undefined && namespaceSelector === undefined && selects(podSelector, labelsOf(end)),
  namespace: ({ namespaceSelector }, end) =>
    namespaceSelector !== undefined && selects(namespaceSelector, labelsOf(end)),
  // Exceptions are private addresses.
  world: ({ ipBlock }) => ipBlock?.cidr === '0.0.0.0/0',
  address: ({ ipBlock }) => ipBlock !== undefined,
};

const labelsOf = (end: End): Labels => ('labels' in end ? end.labels : {});
