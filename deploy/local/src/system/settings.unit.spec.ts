import { expect } from 'chai';
import type { Placement } from './placement.ts';
import { settingsOf } from './settings.ts';

const at = (port: number) => ({ port, internalPort: port + 100 });

const placement: Placement = {
  processes: {
    console: [at(3000)],
    ingress: [at(3001), at(3011)],
    history: [at(3005)],
    auth: [at(3002), at(3012)],
    conversation: [at(3003)],
    outbound: [at(3004)],
    simulator: [at(4010)],
  },
  callees: { auth: 20_001, conversation: 3103 },
};

const settings = settingsOf({
  dependencies: { kafka: { brokers: '127.0.0.1:9092' }, registry: { url: 'http://127.0.0.1:8081' } },
  placement,
  secrets: {
    appId: 'app',
    appSecret: 'app-secret',
    serviceToken: 'service-secret',
    oauthState: 'state-secret',
    tokenEncryptionKey: 'key',
    simulatorSeed: 'seed',
  },
  topicPrefix: 'mine.',
  databases: { auth: 'postgres://auth', conversation: 'postgres://conversation', outbound: 'postgres://outbound' },
});

describe('the settings of the processes', () => {
  it('give ingress no database and no secret but the one that signs webhooks', () => {
    expect(settings.ingress).not.to.have.any.keys('DATABASE_URL', 'SERVICE_TOKEN_SECRETS', 'AUTH_INTERNAL_URL');
    expect(settings.ingress.TIKTOK_APP_SECRET).to.equal('app-secret');
  });

  it('give history what it needs to ask auth and TikTok, and nothing that is for webhooks', () => {
    expect(settings.history).to.include.keys('SERVICE_TOKEN_SECRETS', 'AUTH_INTERNAL_URL', 'TIKTOK_API_BASE_URL');
    expect(settings.history).not.to.have.any.keys('DATABASE_URL', 'TIKTOK_APP_SECRET');
  });

  it('keep the keys of tokens with auth alone', () => {
    const holders = Object.entries(settings).filter(([, environment]) => 'TOKEN_ENCRYPTION_KEYS' in environment);
    expect(holders.map(([name]) => name)).to.deep.equal(['auth']);
  });

  it('let TikTok call the one public origin', () => {
    expect(settings.simulator).to.include({
      SIMULATOR_REDIRECT_URLS: 'http://127.0.0.1:3000/tiktok/callback',
      SIMULATOR_WEBHOOK_URL: 'http://127.0.0.1:3000/webhooks/tiktok',
    });
  });

  it('lead every service to the simulator for its clock', () => {
    for (const name of ['ingress', 'history', 'auth', 'conversation', 'outbound'] as const) {
      expect(settings[name].CLOCK_URL).to.equal('http://127.0.0.1:4010');
    }
  });

  it('show the public origin every replica, and the services one address of auth', () => {
    expect(settings.console).to.include({
      INGRESS_URL: 'http://127.0.0.1:3001,http://127.0.0.1:3011',
      INGRESS_INTERNAL_URL: 'http://127.0.0.1:3101,http://127.0.0.1:3111',
      HISTORY_URL: 'http://127.0.0.1:3005',
    });
    for (const name of ['conversation', 'outbound'] as const) {
      expect(settings[name]).to.include({
        AUTH_INTERNAL_URL: 'http://127.0.0.1:20001',
        OIDC_JWKS_URL: 'http://127.0.0.1:20001/.well-known/jwks.json',
      });
    }
  });
});
