import type { Clock } from '../kernel/index.ts';
import { declaringMeter } from '../telemetry/index.ts';
import type { OutboxBacklog } from './ports.ts';

/** Shows what an outbox holds, as of the last look; `null` before the first. Call what it answers at the end. */
export const showBacklog = (clock: Clock, backlog: () => OutboxBacklog | null): (() => void) => {
  const meter = declaringMeter('@tiktok-channel/platform/outbox');
  const gauges = [
    [
      meter.createObservableGauge('tiktok_channel.outbox.waiting', {
        description: 'Rows that have not been published',
        unit: '{record}',
      }),
      ({ unpublished }: OutboxBacklog) => unpublished,
    ],
    [
      meter.createObservableGauge('tiktok_channel.outbox.oldest_age', {
        description: 'Age of the oldest row that has not been published; 0 when all have been',
        unit: 's',
      }),
      ({ oldestCreatedAt }: OutboxBacklog) =>
        oldestCreatedAt === null ? 0 : Math.max(0, clock.now() - oldestCreatedAt) / 1_000,
    ],
    [
      meter.createObservableGauge('tiktok_channel.outbox.set_aside', {
        description: 'Rows that the broker will never accept, kept for an operator',
        unit: '{record}',
      }),
      ({ setAside }: OutboxBacklog) => setAside,
    ],
  ] as const;
  const ends = gauges.map(([gauge, read]) => {
    const show: Parameters<typeof gauge.addCallback>[0] = (result) => {
      const current = backlog();
      if (current !== null) result.observe(read(current));
    };
    gauge.addCallback(show);
    return () => gauge.removeCallback(show);
  });
  return () => {
    for (const end of ends) end();
  };
};
