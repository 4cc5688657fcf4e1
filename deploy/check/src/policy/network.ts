import { type Manifest, selects } from './manifest.ts';

type Labels = Readonly<Record<string, string>>;

/** One end of a connection: a pod of ours, any pod of a namespace with these labels, or an address of the world. */
export type End =
  | { readonly kind: 'pod'; readonly labels: Labels }
  | { readonly kind: 'namespace'; readonly labels: Labels }
  | { readonly kind: 'world' };

interface Peer {
  readonly podSelector?: Parameters<typeof selects>[0];
  readonly namespaceSelector?: Parameters<typeof selects>[0];
  readonly ipBlock?: { readonly cidr: string };
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port: number }[];
}

/** Whether the network policies let pods with these labels connect to `port` of `to`. */
export const isLetOut = (manifests: readonly Manifest[], labels: Labels, to: End, port: number): boolean =>
  isLet(policiesOn(manifests, labels, 'Egress'), ({ spec }) => spec.egress, to, port);

/** Whether they let `from` connect to `port` of pods with these labels. */
export const isLetIn = (manifests: readonly Manifest[], labels: Labels, from: End, port: number): boolean =>
  isLet(policiesOn(manifests, labels, 'Ingress'), ({ spec }) => spec.ingress, from, port);

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

const fitsPort = ({ ports }: Rule, wanted: number): boolean =>
  ports === undefined || ports.some(({ port }) => port === wanted);

const fitsPeer = (peers: readonly Peer[] | undefined, end: End): boolean =>
  peers === undefined || peers.some((peer) => FITS[end.kind](peer, end));

const FITS: Readonly<Record<End['kind'], (peer: Peer, end: End) => boolean>> = {
  pod: ({ podSelector, namespaceSelector }, end) =>
    podSelector !== undefined && namespaceSelector === undefined && selects(podSelector, labelsOf(end)),
  namespace: ({ namespaceSelector }, end) =>
    namespaceSelector !== undefined && selects(namespaceSelector, labelsOf(end)),
  // Exceptions are private addresses.
  world: ({ ipBlock }) => ipBlock?.cidr === '0.0.0.0/0',
};

const labelsOf = (end: End): Labels => (end.kind === 'world' ? {} : end.labels);
