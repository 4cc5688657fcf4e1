/** What the rules look at of a resource. Schemas have been checked before. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: resources of any shape
  readonly [field: string]: any;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } };
  }[];
  // biome-ignore lint/suspicious/noExplicitAny: fields of any shape
  readonly [field: string]: any;
}

export interface PodTemplate {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
  // biome-ignore lint/suspicious/noExplicitAny: fields of any shape
  readonly spec: Readonly<Record<string, any>>;
}

const WORKLOADS: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job']);

/** The pods that a resource makes; null for one that makes none. */
export const podOf = ({ kind, spec }: Manifest): PodTemplate | null =>
  WORKLOADS.has(kind) ? (spec.template as PodTemplate) : null;

export const containersOf = ({ spec }: PodTemplate): readonly Container[] => [
  ...((spec.initContainers ?? []) as Container[]),
  ...(spec.containers as Container[]),
];

export const isService = ({ kind, metadata }: Manifest): boolean =>
  kind === 'Deployment' && metadata.labels?.['app.kubernetes.io/component'] === 'service';

export const nameOf = ({ kind, metadata }: Manifest): string => `${kind}/${metadata.name}`;

export const selects = (
  selector: {
    readonly matchLabels?: Readonly<Record<string, string>>;
    readonly matchExpressions?: readonly Expression[];
  },
  labels: Readonly<Record<string, string>> = {},
): boolean =>
  Object.entries(selector.matchLabels ?? {}).every(([label, value]) => labels[label] === value) &&
  (selector.matchExpressions ?? []).every(({ key, values = [] }) => values.includes(labels[key] ?? ''));

/** `In` alone: no rule here needs another operator. */
interface Expression {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}
