import type { RequestHandler } from 'express';
import { declaringMeter, LATENCY_SECONDS } from '../telemetry/index.ts';

/** What asks for health and metrics would drown what people and services ask for. */
const UNCOUNTED = /^\/(?:health\/|metrics$)/;

const STREAM = '/v1/events';

/** Measures requests by the pattern of their route: a path holds ids. */
export const createRequestMetrics = (): RequestHandler => {
  const duration = declaringMeter('@tiktok-channel/platform/http-server').createHistogram(
    'http.server.request.duration',
    {
      description: 'Requests to the API and between services, from the request to the last byte of the answer',
      unit: 's',
      labels: {
        'http.request.method': 'the methods that the routes take, _OTHER for any other',
        'http.response.status_code': 'the status of the answer',
        'http.route': 'the patterns of the routes, none where no route took the request',
      },
      advice: { explicitBucketBoundaries: LATENCY_SECONDS },
    },
  );
  return (request, response, next) => {
    if (!UNCOUNTED.test(request.path)) {
      const startedAt = performance.now();
      response.once('close', () => {
        const route = patternOf(request.route);
        // A stream lasts for as long as its reader wants: that is no latency.
        if (route === STREAM) return;
        duration.record((performance.now() - startedAt) / 1_000, {
          'http.request.method': METHODS.has(request.method) ? request.method : '_OTHER',
          'http.response.status_code': String(response.statusCode),
          'http.route': route,
        });
      });
    }
    next();
  };
};

const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD']);

const patternOf = (route: unknown): string =>
  typeof route === 'object' && route !== null && 'path' in route ? String(route.path) : 'none';
