import { expect } from 'chai';
import { ProcessNotReady } from './processes/supervised-process.ts';
import { describeFailure, describeReady, describeRestart } from './start-messages.ts';
import type { Addresses } from './system/addresses.ts';

const addresses: Addresses = {
  public: 'http://127.0.0.1:3005',
  console: 'http://127.0.0.1:3005',
  ingress: 'http://127.0.0.1:3001',
  auth: 'http://127.0.0.1:3002',
  conversation: 'http://127.0.0.1:3003',
  outbound: 'http://127.0.0.1:3004',
  simulator: 'http://127.0.0.1:4010',
  schemaRegistry: 'http://127.0.0.1:8081/apis/ccompat/v7',
  internal: { ingress: '', auth: '', conversation: '', outbound: '', console: '' },
  kafka: '127.0.0.1:9092',
  postgres: 'postgres://127.0.0.1:5432',
  account: 'demo',
  channel: 'biz/1',
  appId: '',
  appSecret: '',
  replicas: {
    ingress: [
      { name: 'ingress', public: 'http://127.0.0.1:3001', internal: '', pid: 1 },
      { name: 'ingress-2', public: 'http://127.0.0.1:3011', internal: '', pid: 2 },
    ],
    auth: [],
    conversation: [],
    outbound: [],
  },
  processes: {},
};

describe('what npm start says', () => {
  it('is where the phone is, and which port has moved', () => {
    const moved = [{ what: 'the console', wanted: 3000, port: 3005 }];
    const said = describeReady(addresses, { way: 'process', tookMs: 11_000, moved });
    expect(said).to.match(/Phone +http:\/\/127\.0\.0\.1:4010\/phone/);
    expect(said).to.match(/Ingress-2 +http:\/\/127\.0\.0\.1:3011\n/);
    expect(said).to.include('\n3000 is taken, so the console is on 3005.\n');
    expect(said).to.include('/_control/businesses/biz%2F1/customers/anna/messages');
    expect(describeReady(addresses, { way: 'process', tookMs: 1, moved: [] })).not.to.include('is taken');
  });

  it('offers to remove data only where a process did not start', () => {
    const error = new Error('KAFKA_PORT must be a port', { cause: new Error('it is not') });
    expect(describeFailure(error))
      .to.include('KAFKA_PORT must be a port\n  because it is not')
      .and.not.include('npm run reset');
    const failed = new ProcessNotReady({ process: 'auth', reason: 'ended.', logFile: '/logs/auth.log', log: 'no' });
    expect(describeFailure(failed)).to.include('npm run reset').and.include('auth.log');
  });

  it('is what a simulator that came back has forgotten', () => {
    expect(describeRestart({ kind: 'ready', name: 'simulator', isRestart: true }, 'logs')).to.include('forgotten');
    expect(describeRestart({ kind: 'ready', name: 'auth', isRestart: true }, 'logs')).to.equal('auth is ready again');
  });
});
