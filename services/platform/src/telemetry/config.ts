export interface TelemetrySettings {
  readonly spans: boolean;
  readonly metrics: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Only what decides whether telemetry runs at all; the SDK reads its own `OTEL_*` variables. */
export const readTelemetrySettings = (environment: Environment): TelemetrySettings => {
  const enabled = environment.OTEL_SDK_DISABLED !== 'true';
  return { metrics: enabled, spans: enabled && (environment.OTEL_EXPORTER_OTLP_ENDPOINT ?? '') !== '' };
};
