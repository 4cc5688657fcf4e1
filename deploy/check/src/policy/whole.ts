import { type Container, containersOf, isService, type Manifest, nameOf, podOf, selects } from './manifest.ts';

const PUBLIC_PORT = 8080;

/** What is wrong between resources: what they name is there, and every service is covered by what holds for all. */
export const wholeProblems = (manifests: readonly Manifest[]): readonly string[] => [
  ...manifests.filter(isService).flatMap((deployment) => serviceProblems(deployment, manifests)),
  ...manifests.filter(({ kind }) => kind === 'Service').flatMap((service) => endsNowhere(service, manifests)),
  ...manifests.filter(({ kind }) => kind === 'HTTPRoute').flatMap(routeProblems),
];

const serviceProblems = (deployment: Manifest, manifests: readonly Manifest[]): readonly string[] => {
  const labels = podOf(deployment)?.metadata.labels;
  const of = (wanted: string) => manifests.filter(({ kind }) => kind === wanted);
  const budgets = of('PodDisruptionBudget').filter(({ spec }) => selects(spec.selector, labels));
  const closed = of('NetworkPolicy').filter(
    ({ spec }) => spec.ingress === undefined && spec.policyTypes.length === 2 && selects(spec.podSelector, labels),
  );
  const scaled = [...of('ScaledObject'), ...of('HorizontalPodAutoscaler')].some(
    ({ spec }) => spec.scaleTargetRef.name === deployment.metadata.name,
  );
  return [
    ...(budgets.length === 1 ? [] : [`has ${budgets.length} disruption budgets`]),
    ...(closed.length > 0 ? [] : ['is not closed by a network policy']),
    ...(isMigrated(deployment, of('Job')) ? [] : ['waits for ever for migrations that no job of its image applies']),
    ...(scaled && deployment.spec.replicas !== undefined ? ['is scaled, and set back by every apply'] : []),
  ].map((problem) => `${nameOf(deployment)}: ${problem}`);
};

const DATABASE = 'DATABASE_URL';
const MIGRATOR = /\/migrate\/main\.ts$/;

const isMigrated = (deployment: Manifest, jobs: readonly Manifest[]): boolean => {
  const migrators = jobs.flatMap(databasesOf).filter(({ args }) => args.some((arg) => MIGRATOR.test(arg)));
  return databasesOf(deployment).every((used) =>
    migrators.some(({ image, secret }) => image === used.image && secret === used.secret),
  );
};

const databasesOf = (workload: Manifest) => {
  const pod = podOf(workload);
  return (pod === null ? [] : containersOf(pod)).flatMap(({ image, args = [], env = [] }: Container) =>
    env
      .filter(({ name }) => name === DATABASE)
      .map(({ valueFrom }) => ({ image, args, secret: valueFrom?.secretKeyRef?.name })),
  );
};

const endsNowhere = (service: Manifest, manifests: readonly Manifest[]): readonly string[] => {
  const matchLabels = service.spec.selector;
  const isThere = manifests.some((manifest) => selects({ matchLabels }, podOf(manifest)?.metadata.labels));
  return isThere ? [] : [`${nameOf(service)}: selects no pod`];
};

interface Backend {
  readonly name: string;
  readonly port: number;
}

const routeProblems = (route: Manifest): readonly string[] =>
  route.spec.rules
    .flatMap(({ backendRefs }: { readonly backendRefs: readonly Backend[] }) => backendRefs)
    .filter(({ port }: Backend) => port !== PUBLIC_PORT)
    .map(({ name, port }: Backend) => `${nameOf(route)}: leads to ${name}:${port}, which is no public port`);
