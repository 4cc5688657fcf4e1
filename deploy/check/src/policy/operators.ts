import { type Manifest, nameOf } from './manifest.ts';

/** What is wrong in resources that operators of the cluster read: Strimzi, KEDA and Prometheus's. */
export const operatorProblems = (manifests: readonly Manifest[]): readonly string[] => [
  ...manifests
    .filter(({ kind }) => kind === 'ScaledObject')
    .flatMap((scaled) => addressesIn(scaled).flatMap((address) => addressProblems(scaled, address, manifests))),
  ...manifests.filter(({ kind }) => kind === 'Kafka').flatMap(templateProblems),
  ...manifests.filter(({ kind }) => kind === 'PrometheusRule').flatMap(alertProblems),
];

interface Trigger {
  readonly metadata: { readonly bootstrapServers?: string };
}

const addressesIn = ({ spec }: Manifest): readonly string[] =>
  ((spec.triggers ?? []) as readonly Trigger[]).flatMap(({ metadata }) => metadata.bootstrapServers?.split(',') ?? []);

/** KEDA runs in a namespace of its own: there the first name of a Service alone is nothing. */
const addressProblems = (scaled: Manifest, address: string, manifests: readonly Manifest[]): readonly string[] => {
  const [, host = '', port] = /^(.*):(\d+)$/.exec(address) ?? [];
  const [service, namespace, domain] = host.split('.');
  const kafka = manifests.find(
    ({ kind, metadata }) => kind === 'Kafka' && `${metadata.name}-kafka-bootstrap` === service,
  );
  const isThere =
    kafka?.metadata.namespace === namespace &&
    kafka?.spec.kafka.listeners.some((listener: { port: number }) => listener.port === Number(port));
  const problems = [
    ...(domain === undefined ? ['which is the address of nothing in the namespace that asks'] : []),
    ...(domain !== 'svc' || isThere ? [] : ['where no broker listens']),
  ];
  return problems.map((problem) => `${nameOf(scaled)}: asks ${address}, ${problem}`);
};

interface Template {
  readonly [part: string]: { readonly securityContext?: Readonly<Record<string, unknown>> } | undefined;
}

/** Strimzi's own pods are not those of the profile `restricted`, which the namespace asks for. */
const templateProblems = (kafka: Manifest): readonly string[] => {
  const { kafka: brokers, entityOperator } = kafka.spec;
  const operators = ['topicOperator', 'userOperator'].filter((name) => entityOperator?.[name] !== undefined);
  return [
    ...restricted('kafka', brokers.template ?? {}, ['kafkaContainer']),
    ...(entityOperator === undefined
      ? []
      : restricted(
          'entityOperator',
          entityOperator.template ?? {},
          operators.map((name) => `${name}Container`),
        )),
  ].map((problem) => `${nameOf(kafka)}: ${problem}`);
};

const restricted = (of: string, template: Template, containers: readonly string[]): readonly string[] => {
  const { runAsNonRoot, seccompProfile } = template.pod?.securityContext ?? {};
  const isPodClosed = runAsNonRoot === true && (seccompProfile as { type?: string })?.type === 'RuntimeDefault';
  const open = containers.filter((name) => {
    const { allowPrivilegeEscalation, capabilities } = template[name]?.securityContext ?? {};
    return allowPrivilegeEscalation !== false || !(capabilities as { drop?: string[] })?.drop?.includes('ALL');
  });
  return [...(isPodClosed ? [] : ['pod']), ...open].map((part) => `${of}.template.${part} is refused by the namespace`);
};

interface RuleGroup {
  readonly rules: readonly { readonly alert?: string; readonly annotations?: { readonly runbook_url?: string } }[];
}

/** Whoever is woken has a link, not a path. */
const alertProblems = (rules: Manifest): readonly string[] =>
  (rules.spec.groups as readonly RuleGroup[])
    .flatMap((group) => group.rules)
    .filter(({ alert, annotations }) => alert !== undefined && !/^https:\/\//.test(annotations?.runbook_url ?? ''))
    .map(({ alert }) => `${nameOf(rules)}: ${alert} leads to no page`);
