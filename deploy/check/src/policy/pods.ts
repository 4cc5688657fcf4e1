import { type Container, containersOf, type Manifest, nameOf, type PodTemplate, podOf } from './manifest.ts';

const COMPONENT = 'app.kubernetes.io/component';
/** How long a service takes to stop by itself (`createLifecycle`), and what is to spare. */
const STOPS_WITHIN_SECONDS = 20;
const SPARE_SECONDS = 5;

/** What is wrong with the pods of one resource, a sentence each. */
export const podProblems = (manifest: Manifest): readonly string[] => {
  const pod = podOf(manifest);
  if (pod === null) return [];
  return [
    ...wholePod(pod),
    ...drain(manifest, pod),
    ...containersOf(pod).flatMap((container) =>
      [
        ...image(container),
        ...security(container, pod),
        ...resources(container),
        ...(manifest.kind === 'Job' ? [] : probes(container)),
      ].map((problem) => `container ${container.name}: ${problem}`),
    ),
  ].map((problem) => `${nameOf(manifest)}: ${problem}`);
};

const wholePod = ({ spec }: PodTemplate): readonly string[] => [
  ...(spec.automountServiceAccountToken === false ? [] : ["mounts a token of the cluster's API"]),
  ...(spec.enableServiceLinks === false ? [] : ['gets variables named after Services']),
  ...(spec.hostNetwork || spec.hostPID || spec.hostIPC ? ['shares a namespace of the node'] : []),
];

const drain = ({ metadata }: Manifest, { spec }: PodTemplate): readonly string[] => {
  if (metadata.labels?.[COMPONENT] !== 'service') return [];
  const waits = Math.max(...spec.containers.map(({ lifecycle }: Container) => lifecycle?.preStop?.sleep?.seconds ?? 0));
  const needed = waits + STOPS_WITHIN_SECONDS + SPARE_SECONDS;
  return [
    ...(waits >= 5 ? [] : ['stops while requests are still sent to it: preStop sleeps less than 5 s']),
    ...((spec.terminationGracePeriodSeconds ?? 30) >= needed
      ? []
      : [`is killed before it has drained: needs ${needed} s`]),
  ];
};

const image = ({ image: reference }: Container): readonly string[] => {
  const [, tag] = /:([^:/@]+)(?:@|$)/.exec(reference) ?? [];
  if (reference.includes('@sha256:')) return [];
  if (tag === undefined) return [`image ${reference} has no tag`];
  return tag === 'latest' ? [`image ${reference} is another one tomorrow`] : [];
};

const security = ({ securityContext: own = {} }: Container, { metadata, spec }: PodTemplate): readonly string[] => {
  const pod = spec.securityContext ?? {};
  const wanted: readonly (readonly [boolean, string])[] = [
    [own.allowPrivilegeEscalation === false, 'may gain privileges'],
    [own.privileged !== true, 'is privileged'],
    [(own.capabilities?.drop ?? []).includes('ALL'), 'keeps capabilities'],
    [(own.runAsNonRoot ?? pod.runAsNonRoot) === true, 'may run as root'],
    [(own.seccompProfile ?? pod.seccompProfile)?.type === 'RuntimeDefault', 'has no seccomp profile'],
    [
      own.readOnlyRootFilesystem === true || metadata.labels?.[COMPONENT] === 'dependency',
      'may write to its root file system',
    ],
  ];
  return wanted.filter(([holds]) => !holds).map(([, problem]) => problem);
};

const resources = ({ resources: { requests = {}, limits = {} } = {} }: Container): readonly string[] => [
  ...(requests.cpu && requests.memory ? [] : ['requests no processor or no memory']),
  ...(limits.memory ? [] : ['has no limit of memory']),
  ...(limits.cpu ? ['is throttled by a limit of processor time'] : []),
];

const probes = (container: Container): readonly string[] =>
  ['startupProbe', 'readinessProbe', 'livenessProbe']
    .filter((probe) => container[probe] === undefined)
    .map((probe) => `has no ${probe}`);
