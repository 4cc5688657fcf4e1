/** What has a public port behind the one origin. */
export const UPSTREAMS = ['ingress', 'history', 'auth', 'conversation', 'projector', 'outbound'] as const;
export type Upstream = (typeof UPSTREAMS)[number];

export interface Route {
  readonly upstream: Upstream;
  /** The path as that service knows it. */
  readonly path: string;
}

interface Rule {
  /** All that is below it when it ends with a slash, else this one path. */
  readonly path: string;
  readonly upstream: Upstream;
  readonly onlyLocally?: boolean;
}

/** The first that fits decides. */
const RULES: readonly Rule[] = [
  { path: '/webhooks/tiktok', upstream: 'ingress' },
  { path: '/tiktok/callback', upstream: 'auth' },
  { path: '/v1/accounts/', upstream: 'auth' },
  { path: '/v1/channels', upstream: 'auth' },
  { path: '/v1/channels/', upstream: 'auth' },
  { path: '/v1/', upstream: 'conversation' },
  { path: '/local/', upstream: 'auth', onlyLocally: true },
];

/** Which of its processes serves a service's operators: the one with consumers, where there are others too. */
const OPERATED: ReadonlyMap<string, Upstream> = new Map([
  ['ingress', 'history'],
  ['auth', 'auth'],
  ['conversation', 'projector'],
  ['outbound', 'outbound'],
]);

const OPERATOR = /^\/operator\/(\w+)(\/v1\/.+)$/;

/** One path for everything that is led somewhere in production: whatever else leads to the services is held to lead alike. */
export const ROUTED_PATHS: readonly string[] = [
  ...RULES.filter(({ onlyLocally }) => onlyLocally !== true).map(({ path }) =>
    path.endsWith('/') ? `${path}x` : path,
  ),
  ...[...OPERATED.keys()].map((service) => `/operator/${service}/v1/consumers`),
];

/** Somebody behind us might resolve them, and then be asked for something else than was judged here. */
const DOT_SEGMENT = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?:[/\\]|%2f|%5c|$)/i;

/** Where a path of the one public origin goes; null for everything that is not listed, however it is written. */
export const routeOf = (path: string, { isLocal }: { readonly isLocal: boolean }): Route | null => {
  if (DOT_SEGMENT.test(path)) return null;
  const [, service = '', rest] = OPERATOR.exec(path) ?? [];
  const operated = OPERATED.get(service);
  if (operated !== undefined) return { upstream: operated, path: `/operator${rest}` };

  const rule = RULES.find((each) => fits(each, path));
  if (rule === undefined || (rule.onlyLocally === true && !isLocal)) return null;
  return { upstream: rule.upstream, path };
};

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a request does no harm when it takes place twice. TikTok's redirect comes as a GET, and uses an authorisation up. */
export const isRepeatable = (method: string, path: string): boolean =>
  SAFE_METHODS.has(method) && path !== '/tiktok/callback';

const fits = (rule: Rule, path: string): boolean =>
  rule.path.endsWith('/') ? path.startsWith(rule.path) && path !== rule.path : path === rule.path;

const PAGES = /^\/(?:(?:channels|inbox|operations)(?:\/.*)?|signed-in|signed-out)?$/;

/** Addresses that the page itself shows something at. */
export const isPageOf = (path: string): boolean => PAGES.test(path);
