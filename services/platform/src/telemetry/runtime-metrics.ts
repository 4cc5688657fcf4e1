import { constants, monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { ObservableResult } from '@opentelemetry/api';
import { declaringMeter } from './declared-metrics.ts';

const NANOSECONDS = 1e9;
const MICROSECONDS = 1e6;

/** How this process itself does, under the names that OpenTelemetry gives. */
export const observeRuntime = (): void => {
  observeEventLoop();
  observeMemory();
  observeCollections();
  declaringMeter('@tiktok-channel/platform/telemetry')
    .createObservableCounter('process.cpu.time', {
      description: 'Processor time of the process',
      unit: 's',
      labels: { 'cpu.mode': ['user', 'system'] },
    })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage();
      result.observe(user / MICROSECONDS, { 'cpu.mode': 'user' });
      result.observe(system / MICROSECONDS, { 'cpu.mode': 'system' });
    });
};

const observeEventLoop = (): void => {
  const meter = declaringMeter('@tiktok-channel/platform/telemetry');
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  meter
    .createObservableGauge('nodejs.eventloop.delay.p99', {
      description: 'By how much timers came late since the last look, 99th percentile',
      unit: 's',
    })
    .addCallback((result) => {
      // NaN before the first measurement.
      result.observe((delay.percentile(99) || 0) / NANOSECONDS);
      delay.reset();
    });
  let last = performance.eventLoopUtilization();
  meter
    .createObservableGauge('nodejs.eventloop.utilization', {
      description: 'Share of the time since the last look that the event loop was busy',
    })
    .addCallback((result) => {
      const now = performance.eventLoopUtilization();
      result.observe(performance.eventLoopUtilization(now, last).utilization);
      last = now;
    });
};

const observeMemory = (): void => {
  const meter = declaringMeter('@tiktok-channel/platform/telemetry');
  const gauge = (name: string, description: string, read: () => number): void => {
    meter
      .createObservableGauge(name, { description, unit: 'By' })
      .addCallback((result: ObservableResult) => result.observe(read()));
  };
  gauge('process.memory.usage', 'Resident memory of the process', () => process.memoryUsage.rss());
  gauge('v8js.memory.heap.used', 'Heap in use', () => getHeapStatistics().used_heap_size);
  gauge('v8js.memory.heap.limit', 'Heap at which the process ends', () => getHeapStatistics().heap_size_limit);
};

const COLLECTIONS: ReadonlyMap<number, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
]);

const observeCollections = (): void => {
  const duration = declaringMeter('@tiktok-channel/platform/telemetry').createHistogram('v8js.gc.duration', {
    description: 'Garbage collections',
    unit: 's',
    labels: { 'v8js.gc.type': [...COLLECTIONS.values()] },
    advice: { explicitBucketBoundaries: [0.001, 0.01, 0.1, 1, 10] },
  });
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      duration.record(entry.duration / 1_000, { 'v8js.gc.type': COLLECTIONS.get(kindOf(entry)) ?? 'major' });
    }
  });
  observer.observe({ entryTypes: ['gc'] });
};

/** Missing in Node's types. */
const kindOf = (entry: object): number => {
  const { detail } = entry as { readonly detail?: { readonly kind?: number } };
  return detail?.kind ?? constants.NODE_PERFORMANCE_GC_MAJOR;
};
