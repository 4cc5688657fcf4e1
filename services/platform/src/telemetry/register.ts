/**
 * Starts telemetry before the application is imported: `node --import @tiktok-channel/platform/telemetry/register main.ts`.
 * Spans are off without `OTEL_EXPORTER_OTLP_ENDPOINT`, and everything is with `OTEL_SDK_DISABLED=true`. Under ES modules
 * the loader hook must be there before the first import, or the instrumentations silently do nothing.
 */
import { register } from 'import-in-the-middle/register-hooks.mjs';
import { readTelemetrySettings } from './config.ts';

const settings = readTelemetrySettings(process.env);
if (settings.spans) register({ include: ['express', 'pg', 'pg-pool', 'http', 'node:http', 'https', 'node:https'] });
if (settings.metrics) {
  const { startSdk } = await import('./sdk.ts');
  startSdk(settings);
}
