import { expect } from 'chai';
import { isRepeatable, routeOf } from './routes.ts';

describe('the one public origin', () => {
  for (const [path, upstream] of [
    ['/webhooks/tiktok', 'ingress'],
    ['/tiktok/callback', 'auth'],
    ['/v1/accounts/demo/tiktok/authorization', 'auth'],
    ['/v1/channels', 'auth'],
    ['/v1/channels/biz%2B1', 'auth'],
    ['/v1/channelsandmore', 'conversation'],
    ['/v1/conversations', 'conversation'],
    ['/v1/conversations/CONV%2Ba%2Fb%3D%3D/messages', 'conversation'],
    ['/v1/replies/reply-1', 'conversation'],
    ['/v1/media/m-1', 'conversation'],
    ['/v1/events', 'conversation'],
    ['/local/token', 'auth'],
  ] as const) {
    it(`sends ${path} to ${upstream}, as it is`, () => {
      expect(routeOf(path, { isLocal: true })).to.deep.equal({ upstream, path });
    });
  }

  for (const [service, upstream] of [
    ['ingress', 'history'],
    ['auth', 'auth'],
    ['conversation', 'projector'],
    ['outbound', 'outbound'],
  ] as const) {
    it(`sends what operators ask ${service} to ${upstream}, without its name`, () => {
      expect(routeOf(`/operator/${service}/v1/dead-letters/1`, { isLocal: false })).to.deep.equal({
        upstream,
        path: '/operator/v1/dead-letters/1',
      });
    });
  }

  it('has no local sign-in in production mode', () => {
    expect(routeOf('/local/token', { isLocal: false })).to.equal(null);
  });

  for (const path of [
    '/internal/v1/channels/biz-1/access-token',
    '/internal',
    '/metrics',
    '/health/live',
    '/health/ready',
    '/.well-known/jwks.json',
    '/operator/auth/internal/v1/channels',
    '/operator/auth/metrics',
    '/operator/console/v1/outbox',
    '/operator/history/v1/outbox',
    '/operator/projector/v1/outbox',
    '/operator/v1/outbox',
    '/operator/auth/v1/',
    '/v1',
    '/v1/',
    '/V1/conversations',
    '/v2/conversations',
    '//v1/conversations',
    '/webhooks',
    '/webhooks/tiktok/',
    '/webhooks/other',
    '/tiktok/other',
    '/local',
    '/v1/../internal/v1/x',
    '/v1/%2e%2e/metrics',
    '/v1/..%2fmetrics',
    '/v1/.%2E\\metrics',
    '/v1/..',
    '/operator/auth/v1/../../internal/x',
  ]) {
    it(`never routes ${path}`, () => expect(routeOf(path, { isLocal: true })).to.equal(null));
  }

  it('leaves dots in names alone', () => {
    expect(routeOf('/v1/media/picture..png', { isLocal: true })?.upstream).to.equal('conversation');
  });

  it('sends nothing twice that may have had an effect', () => {
    expect(isRepeatable('GET', '/v1/conversations')).to.equal(true);
    expect(isRepeatable('HEAD', '/v1/media/m-1')).to.equal(true);
    expect(isRepeatable('POST', '/v1/media')).to.equal(false);
    expect(isRepeatable('GET', '/tiktok/callback')).to.equal(false);
  });
});
