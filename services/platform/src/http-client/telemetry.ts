import { declaringMeter, LATENCY_SECONDS } from '../telemetry/index.ts';

/** Measures the calls of one client. `peer` is one of a closed set; addresses and paths are none. */
export const createCallMetrics = (peer: string) => {
  const duration = declaringMeter('@tiktok-channel/platform/http-client').createHistogram(
    'http.client.request.duration',
    {
      description: 'Calls to other services and to TikTok, from the connection to the last byte of the answer',
      unit: 's',
      labels: {
        'http.request.method': ['GET', 'POST'],
        'http.response.status_code': 'the status of the answer, none when there was none',
        'error.type': ['unreachable', 'timed_out', 'interrupted', 'too_large', 'unexpected_error'],
        'tiktok_channel.peer': ['auth', 'conversation', 'tiktok'],
      },
      advice: { explicitBucketBoundaries: LATENCY_SECONDS },
    },
  );
  return async <Answer extends { readonly status: number }>(
    method: string,
    call: () => Promise<Answer>,
  ): Promise<Answer> => {
    const startedAt = performance.now();
    const end = (labels: Readonly<Record<string, string>>): void => {
      const seconds = (performance.now() - startedAt) / 1_000;
      duration.record(seconds, { 'http.request.method': method, 'tiktok_channel.peer': peer, ...labels });
    };
    try {
      const answer = await call();
      end({ 'http.response.status_code': String(answer.status) });
      return answer;
    } catch (error) {
      end({ 'error.type': error instanceof Error && 'code' in error ? String(error.code) : 'unexpected_error' });
      throw error;
    }
  };
};
