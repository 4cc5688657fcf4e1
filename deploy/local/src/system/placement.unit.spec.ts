import { expect } from 'chai';
import type { Addresses } from './addresses.ts';
import { checkPortSettings, movedPorts } from './placement.ts';

const VARIABLES = [
  'CONSOLE_PORT',
  'AUTH_INTERNAL_PORT',
  'KAFKA_PORT',
  'KAFKA_BROKERS',
  'SCHEMA_REGISTRY_URL',
  'POSTGRES_URL',
] as const;

describe('port settings', () => {
  let kept: readonly (readonly [string, string | undefined])[] = [];

  // Not while this file is loaded: the addresses of the run's dependencies are set only after that.
  beforeEach(() => {
    kept = VARIABLES.map((name) => [name, process.env[name]]);
  });
  afterEach(() => {
    for (const [name, value] of kept) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  it('that are no ports are named, all of them', () => {
    process.env.CONSOLE_PORT = '80a';
    process.env.AUTH_INTERNAL_PORT = '70000';
    process.env.KAFKA_PORT = '9092';
    expect(checkPortSettings)
      .to.throw('AUTH_INTERNAL_PORT')
      .and.satisfy(({ message }: Error) => {
        return message.includes('CONSOLE_PORT') && !message.includes('KAFKA_PORT') && !message.includes('80a');
      });
  });

  it('tell what has moved, and not what was there before', () => {
    delete process.env.CONSOLE_PORT;
    process.env.KAFKA_BROKERS = 'elsewhere:1';
    process.env.SCHEMA_REGISTRY_URL = 'http://elsewhere';
    process.env.POSTGRES_URL = 'postgres://elsewhere';
    const at = (port: number) => ({ public: `http://127.0.0.1:${port}` });
    const addresses = {
      console: 'http://127.0.0.1:3005',
      simulator: 'http://127.0.0.1:4010',
      kafka: 'elsewhere:1',
      replicas: {
        ingress: [
          { name: 'ingress', ...at(3001) },
          { name: 'ingress-2', ...at(3012) },
        ],
        auth: [
          { name: 'auth', ...at(3002) },
          { name: 'auth-2', ...at(3013) },
        ],
        conversation: [],
        outbound: [],
      },
    } as unknown as Addresses;
    expect(movedPorts(addresses)).to.deep.equal([
      { what: 'the console', wanted: 3000, port: 3005 },
      { what: 'ingress-2', wanted: 3011, port: 3012 },
      { what: 'auth-2', wanted: 3012, port: 3013 },
    ]);
  });
});
