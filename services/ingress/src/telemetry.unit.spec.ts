import { type Attributes, createNoopMeter, type Meter, metrics } from '@opentelemetry/api';
import { createRecordingLogger } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import type { Acceptance } from './application/accept-delivery.ts';
import { createDeliveryReporter } from './telemetry.ts';

const STALE = 'tiktok_channel.webhook.stale_signatures';
const DELIVERIES = 'tiktok_channel.webhook.deliveries';

const event = { type: 'MessageReceived', id: 'id-1', count: 1, channelId: 'biz-1', unrecognized: null } as const;

/** What each counter was given for one acceptance. */
const countedFor = (acceptance: Acceptance): ReadonlyMap<string, readonly Attributes[]> => {
  const counted = new Map<string, Attributes[]>();
  const meter: Meter = Object.assign(createNoopMeter(), {
    createCounter: (name: string) => ({
      add: (count: number, labels: Attributes) =>
        count > 0 && counted.set(name, [...(counted.get(name) ?? []), labels]),
    }),
  });
  metrics.setGlobalMeterProvider({ getMeter: () => meter });
  try {
    createDeliveryReporter(createRecordingLogger()).acceptance({ startedAt: 0, logId: 'log-1' }, acceptance);
  } finally {
    metrics.disable();
  }
  return counted;
};

describe('the report of a delivery', () => {
  for (const [what, acceptance, stale] of [
    ['refused', { kind: 'refused', reason: 'stale' }, 'refused'],
    ['admitted and published', { kind: 'published', event, age: 'admitted' }, 'admitted'],
  ] as const) {
    it(`counts a stale signature that was ${what}, which an alert is on`, () => {
      expect(countedFor(acceptance).get(STALE)).to.deep.equal([{ 'tiktok_channel.outcome': stale }]);
    });
  }

  for (const [what, acceptance] of [
    ['fresh', { kind: 'published', event, age: 'fresh' }],
    ['of another body', { kind: 'refused', reason: 'mismatch' }],
  ] as const) {
    it(`counts no stale signature for one that is ${what}`, () => {
      expect(countedFor(acceptance).has(STALE)).to.equal(false);
    });
  }

  for (const [acceptance, outcome, reason] of [
    [{ kind: 'published', event, age: 'fresh' }, 'accepted', 'none'],
    [
      { kind: 'published', event: { ...event, unrecognized: 'invalid_content' }, age: 'fresh' },
      'unrecognized',
      'invalid_content',
    ],
    [{ kind: 'refused', reason: 'future' }, 'refused', 'future'],
    [{ kind: 'unavailable', reason: 'buffer_full', event }, 'unavailable', 'buffer_full'],
  ] as const) {
    it(`counts what was ${outcome} with its reason and nothing else: ${reason}`, () => {
      expect(countedFor(acceptance).get(DELIVERIES)).to.deep.equal([
        { 'tiktok_channel.outcome': outcome, 'tiktok_channel.reason': reason },
      ]);
    });
  }
});
