import { expect } from 'chai';
import { cloudEventHeaders } from './headers.ts';
import { createTopicPrefix } from './topic-prefix.ts';

describe('CloudEvents headers', () => {
  const event = {
    id: '5f3c',
    source: '/tiktok-channel/ingress',
    type: 'com.example.MessageReceived',
    timeMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    subject: 'CONV+a/b==',
    partitionKey: 'CONV+a/b==',
  };

  it('are those of version 1.0 in binary mode', () => {
    expect(cloudEventHeaders(event)).to.deep.equal({
      ce_specversion: '1.0',
      ce_id: '5f3c',
      ce_source: '/tiktok-channel/ingress',
      ce_type: 'com.example.MessageReceived',
      ce_time: '2026-01-02T03:04:05.678Z',
      ce_subject: 'CONV+a/b==',
      ce_partitionkey: 'CONV+a/b==',
      'content-type': 'application/avro',
    });
  });

  it('name correlation, causation and trace when there are any', () => {
    const extra = { correlationId: 'c', causationId: 'd', traceparent: '00-1-2-01' };

    expect(cloudEventHeaders({ ...event, ...extra })).to.deep.include({
      ce_correlationid: 'c',
      ce_causationid: 'd',
      traceparent: '00-1-2-01',
    });
  });
});

describe('a topic prefix', () => {
  it('is put before a name and taken off again', () => {
    const prefix = createTopicPrefix('acme.');

    expect(prefix.add('tiktok.messages.v1')).to.equal('acme.tiktok.messages.v1');
    expect(prefix.strip('acme.tiktok.messages.v1')).to.equal('tiktok.messages.v1');
    expect(() => prefix.strip('tiktok.messages.v1')).to.throw('lacks the prefix');
  });
});
