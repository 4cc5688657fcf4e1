import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { NodeSDK } from '@opentelemetry/sdk-node';
import type { TelemetrySettings } from './config.ts';
import { setTelemetry } from './running.ts';

/** Query parameters that never stand in a span: TikTok's redirect brings the first two. */
const SECRET_PARAMETERS = ['code', 'state', 'access_token', 'secret', 'sig'];

/** Metrics are read from `/metrics`; spans go to the OTLP endpoint, which the SDK reads from its own variables. */
export const startSdk = ({ spans }: TelemetrySettings): void => {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const sdk = new NodeSDK({
    metricReaders: [exporter],
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
  setTelemetry({
    handleMetrics: (request, response) => exporter.getMetricsRequestHandler(request, response),
    shutdown: () => sdk.shutdown(),
  });
};
