import { ROUTED_PATHS, routeOf, type Upstream } from '../../../../services/console/src/domain/routes.ts';
import { containersOf, isService, type Manifest, nameOf, podOf } from './manifest.ts';

interface Led {
  readonly to: string;
  readonly as: string;
}

/** Where the gateway leads elsewhere than the console, which is the same origin where no gateway is (`local`). */
export const originProblems = (local: readonly Manifest[], production: readonly Manifest[]): readonly string[] => {
  const serviceOf = upstreamsIn(local);
  return production
    .filter(({ kind }) => kind === 'HTTPRoute')
    .flatMap((route) =>
      ROUTED_PATHS.flatMap((path) => {
        const wanted = routeOf(path, { isLocal: false });
        if (wanted === null) return [];
        const led = ledBy(route, path);
        const service = serviceOf(wanted.upstream);
        if (led?.to === service && led?.as === wanted.path) return [];
        return [`${nameOf(route)}: leads ${path} to ${led?.to}${led?.as}, not to ${service}${wanted.path}`];
      }),
    );
};

/** Routes that a gateway does not serve under the public origin, which browsers and TikTok are told. */
export const hostProblems = (manifests: readonly Manifest[]): readonly string[] => {
  const origins = manifests.flatMap(({ kind, data }) => (kind === 'ConfigMap' ? (data?.PUBLIC_URL ?? []) : []));
  const hosts = origins.map((origin) => new URL(origin).hostname);
  return manifests
    .filter(({ kind }) => kind === 'HTTPRoute')
    .flatMap((route) =>
      hosts
        .filter((host) => !(route.spec.hostnames ?? []).includes(host))
        .map((host) => `${nameOf(route)}: is not served at ${host}, which is PUBLIC_URL`),
    );
};

/** The Services by the names that the console has for them, as its settings say. */
const upstreamsIn = (manifests: readonly Manifest[]): ((upstream: Upstream) => string | undefined) => {
  const env = manifests
    .filter((manifest) => isService(manifest) && manifest.metadata.name === 'console')
    .flatMap((manifest) => podOf(manifest) ?? [])
    .flatMap(containersOf)
    .flatMap((container) => container.env ?? []);
  return (upstream) => {
    const url = env.find(({ name }) => name === `${upstream.toUpperCase()}_URL`)?.value;
    return url === undefined ? undefined : new URL(url).hostname;
  };
};

interface Rule {
  readonly matches: readonly { readonly path: { readonly type: 'Exact' | 'PathPrefix'; readonly value: string } }[];
  readonly filters?: readonly { readonly urlRewrite?: { readonly path: { readonly replacePrefixMatch: string } } }[];
  readonly backendRefs: readonly { readonly name: string }[];
}

/** As a gateway chooses: a whole path before a prefix, a longer prefix before a shorter one. */
const ledBy = (route: Manifest, path: string): Led | undefined =>
  (route.spec.rules as readonly Rule[])
    .flatMap((rule) => rule.matches.map(({ path: { type, value } }) => ({ rule, type, value })))
    .filter(({ type, value }) => (type === 'Exact' ? path === value : isBelow(path, value)))
    .sort((a, b) => Number(b.type === 'Exact') - Number(a.type === 'Exact') || b.value.length - a.value.length)
    .map(({ rule, value }) => ({ to: rule.backendRefs[0]?.name ?? '', as: rewritten(rule, path, value) }))[0];

const isBelow = (path: string, prefix: string): boolean =>
  path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);

const rewritten = ({ filters = [] }: Rule, path: string, prefix: string): string => {
  const replacement = filters.flatMap(({ urlRewrite }) => urlRewrite?.path.replacePrefixMatch ?? [])[0];
  return replacement === undefined ? path : replacement + path.slice(prefix.length);
};
