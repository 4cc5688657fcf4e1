import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { AggregationType, PeriodicExportingMetricReader, type ViewOptions } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import type { TelemetrySettings } from './config.ts';
import { setTelemetry } from './running.ts';
import { observeRuntime } from './runtime-metrics.ts';

/** Query parameters that never stand in a span: TikTok's redirect brings the first two. */
const SECRET_PARAMETERS = ['code', 'state', 'access_token', 'secret', 'sig'];

/** The instrumentations make spans; what they would count is counted by the rooms, whether spans are on or off. */
const SPANS_ONLY: readonly ViewOptions[] = [
  { meterName: '@opentelemetry/instrumentation-http', aggregation: { type: AggregationType.DROP } },
  { meterName: '@opentelemetry/instrumentation-pg', aggregation: { type: AggregationType.DROP } },
];

/**
 * Metrics are read from `/metrics`, and pushed by OTLP where that is asked for; spans go to the OTLP endpoint. The SDK and
 * the exporters read addresses and intervals from their own variables.
 */
export const startSdk = ({ spans, pushMetricsEveryMs }: TelemetrySettings): void => {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const sdk = new NodeSDK({
    metricReaders: [exporter, ...(pushMetricsEveryMs === null ? [] : [pushingReader(pushMetricsEveryMs)])],
    views: [...SPANS_ONLY],
    ...(spans ? {} : { spanProcessors: [] }),
    instrumentations: spans
      ? [
          new HttpInstrumentation({
            ignoreIncomingRequestHook: ({ url }) => url?.startsWith('/health') ?? false,
            redactedQueryParams: SECRET_PARAMETERS,
            redactedQueryParamsServer: SECRET_PARAMETERS,
          }),
          new ExpressInstrumentation(),
          // A statement's values may be a person's words: they stay out of spans, which is the instrumentation's default.
          new PgInstrumentation({ requireParentSpan: true }),
        ]
      : [],
  });
  sdk.start();
  observeRuntime();
  setTelemetry({
    handleMetrics: (request, response) => exporter.getMetricsRequestHandler(request, response),
    shutdown: () => sdk.shutdown(),
  });
};

const pushingReader = (exportIntervalMillis: number): PeriodicExportingMetricReader =>
  new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter(), exportIntervalMillis });
