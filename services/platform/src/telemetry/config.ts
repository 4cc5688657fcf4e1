export interface TelemetrySettings {
  readonly spans: boolean;
  readonly metrics: boolean;
  /** Besides being there to be read; null where nobody asked for it. */
  readonly pushMetricsEveryMs: number | null;
}

const DEFAULT_INTERVAL_MS = 60_000;

type Environment = Readonly<Record<string, string | undefined>>;

/** Only what decides whether telemetry runs at all; the SDK reads its own `OTEL_*` variables. */
export const readTelemetrySettings = (environment: Environment): TelemetrySettings => {
  const enabled = environment.OTEL_SDK_DISABLED !== 'true';
  const exporters = (environment.OTEL_METRICS_EXPORTER ?? '').split(',').map((name) => name.trim());
  return {
    metrics: enabled,
    spans: enabled && (environment.OTEL_EXPORTER_OTLP_ENDPOINT ?? '') !== '',
    pushMetricsEveryMs:
      enabled && exporters.includes('otlp')
        ? Number(environment.OTEL_METRIC_EXPORT_INTERVAL ?? DEFAULT_INTERVAL_MS)
        : null,
  };
};
