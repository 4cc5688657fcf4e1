import type { LabelValues, MetricDeclaration } from '@tiktok-channel/platform/telemetry';
import { eventInventory, metricInventory, prometheusName, spanInventory } from './inventory.ts';

/** `deploy/telemetry.md`. */
export const telemetryTable = (): string => `# Telemetry

Written by \`npm run write -w @tiktok-channel/monitoring\` from what the services declare (\`telemetry.ts\` of each); a test holds the two equal.

Metrics are read from \`/metrics\` on each internal port, under the second name, and are pushed by OTLP as well with
\`OTEL_METRICS_EXPORTER=otlp\`. Spans go to \`OTEL_EXPORTER_OTLP_ENDPOINT\` where it is set. Labels are closed sets: no id, and no word of a person.

## Metrics

${metricInventory().map(metricSection).join('\n')}
## Spans

${rows(['span', 'what it is'], Object.entries(spanInventory))}
Beside them the instrumentations of HTTP, Express and PostgreSQL make theirs, under OpenTelemetry's names, without a value of a statement.

## Log events

One JSON object per line; \`event\` is the first column. The rooms of the platform write theirs in whichever service they are.

${Object.entries(eventInventory)
  .map(([service, events]) => `### ${service}\n\n${rows(['event', 'what it says'], Object.entries(events).toSorted())}`)
  .join('\n')}`;

const metricSection = (metric: MetricDeclaration): string => {
  const { name, kind, unit, description, labels } = metric;
  const lines = Object.entries(labels).map(([label, values]) => `  - \`${label}\`: ${valuesOf(values)}`);
  const head = `- \`${name}\` (${kind}, ${unit}; \`${prometheusName(metric)}\`): ${description}.`;
  return `${[head, ...lines].join('\n')}\n`;
};

const valuesOf = (values: LabelValues): string =>
  typeof values === 'string' ? values : values.map((value) => `\`${value}\``).join(', ');

const rows = (head: readonly [string, string], entries: readonly (readonly [string, string])[]): string =>
  [
    `| ${head.join(' | ')} |`,
    '| --- | --- |',
    ...entries.map(([name, text]) => `| \`${name}\` | ${text.replaceAll('|', '\\|')} |`),
    '',
  ].join('\n');
