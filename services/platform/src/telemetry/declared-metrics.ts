import { type Attributes, type MetricOptions, metrics } from '@opentelemetry/api';

/** The values of a label, which are a closed set; or, where they are too many to list, in words what they are. */
export type LabelValues = readonly string[] | string;

export type Labels = Readonly<Record<string, LabelValues>>;

export interface MetricDeclaration {
  /** The room or service that makes it. */
  readonly scope: string;
  readonly name: string;
  readonly kind: 'counter' | 'histogram' | 'gauge';
  readonly description: string;
  /** `1` for a number of things. */
  readonly unit: string;
  readonly labels: Labels;
}

export interface DeclaredOptions extends Omit<MetricOptions, 'description'> {
  readonly description: string;
  readonly labels?: Labels;
}

const declared = new Map<string, MetricDeclaration>();

/** Every metric that this process has made so far: what the table of telemetry and its specs are made of. */
export const declaredMetrics = (): readonly MetricDeclaration[] => [...declared.values()];

/** What a service writes to its log: each event with a sentence for whoever finds it there. */
export type LogEvents = Readonly<Record<string, string>>;

/** A meter of the provider that is registered now, whose instruments declare their labels: making one is declaring it. */
export const declaringMeter = (scope: string) => {
  const meter = metrics.getMeter(scope);
  const declare = (kind: MetricDeclaration['kind'], name: string, options: DeclaredOptions): MetricOptions => {
    const { labels = {}, ...rest } = options;
    declared.set(name, { scope, name, kind, description: rest.description, unit: rest.unit ?? '1', labels });
    return rest;
  };
  return {
    createCounter(name: string, options: DeclaredOptions) {
      const counter = meter.createCounter(name, declare('counter', name, options));
      for (const attributes of combinations(options.labels ?? {})) counter.add(0, attributes);
      return counter;
    },
    createHistogram: (name: string, options: DeclaredOptions) =>
      meter.createHistogram(name, declare('histogram', name, options)),
    createGauge: (name: string, options: DeclaredOptions) => meter.createGauge(name, declare('gauge', name, options)),
    createObservableGauge: (name: string, options: DeclaredOptions) =>
      meter.createObservableGauge(name, declare('gauge', name, options)),
    createObservableCounter: (name: string, options: DeclaredOptions) =>
      meter.createObservableCounter(name, declare('counter', name, options)),
  };
};

/**
 * A counter that begins with its first event hides that event from every rate: those whose labels are listed begin at 0.
 * None where a label is described only in words.
 */
const combinations = (labels: Labels): readonly Attributes[] =>
  Object.entries(labels).reduce<readonly Attributes[]>(
    (before, [label, values]) =>
      typeof values === 'string' ? [] : before.flatMap((rest) => values.map((value) => ({ ...rest, [label]: value }))),
    [{}],
  );

/** Bounds of histograms in seconds: fine around the objectives (1 s and 30 s), and far enough for an outage. */
export const LATENCY_SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900,
];
