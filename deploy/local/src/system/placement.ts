import { findPort } from '../ports.ts';
import { type Addresses, type ProcessName, SERVICES, type ServiceName } from './addresses.ts';

interface Ports {
  readonly port: number;
  readonly internalPort: number;
}

/** Where each process listens. */
export type Placement = Readonly<Record<ProcessName, Ports>>;

const DEFAULTS: Readonly<Record<ServiceName, Ports>> = {
  console: { port: 3000, internalPort: 3100 },
  ingress: { port: 3001, internalPort: 3101 },
  auth: { port: 3002, internalPort: 3102 },
  conversation: { port: 3003, internalPort: 3103 },
  outbound: { port: 3004, internalPort: 3104 },
};

const publicSetting = (name: ProcessName): string => `${name.toUpperCase()}_PORT`;
const internalSetting = (name: ServiceName): string => `${name.toUpperCase()}_INTERNAL_PORT`;

/** Every port setting with its default. */
const PORT_SETTINGS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(SERVICES.map((name) => [publicSetting(name), DEFAULTS[name].port])),
  ...Object.fromEntries(SERVICES.map((name) => [internalSetting(name), DEFAULTS[name].internalPort])),
  SIMULATOR_PORT: 4010,
  KAFKA_PORT: 9092,
  SCHEMA_REGISTRY_PORT: 8081,
  POSTGRES_PORT: 5432,
};

/** Names every port setting that is none, before anything is started. */
export const checkPortSettings = (): void => {
  const bad = Object.keys(PORT_SETTINGS).filter((variable) => !isPort(wantedPort(variable)));
  if (bad.length > 0) throw new Error(`${bad.join(', ')} must be a port between 1 and ${HIGHEST_PORT}`);
};

/** `default`: the port settings and their defaults, or the next free ports after them. */
export const findPlacement = async (ports: 'free' | 'default'): Promise<Placement> => {
  if (ports === 'default') checkPortSettings();
  const find = (variable: string): Promise<number> => findPort(ports === 'free' ? undefined : wantedPort(variable));
  // One after the other: two that look at once may find the same port.
  const services: [ServiceName, Ports][] = [];
  for (const name of SERVICES) {
    services.push([name, { port: await find(publicSetting(name)), internalPort: await find(internalSetting(name)) }]);
  }
  const simulator = await find(publicSetting('simulator'));

  return {
    ...(Object.fromEntries(services) as Record<ServiceName, Ports>),
    simulator: { port: simulator, internalPort: simulator },
  };
};

/** Wanted ports of the dependencies. */
export const dependencyPorts = (): {
  readonly kafka: number;
  readonly registry: number;
  readonly postgres: number;
} => ({
  kafka: wantedPort('KAFKA_PORT'),
  registry: wantedPort('SCHEMA_REGISTRY_PORT'),
  postgres: wantedPort('POSTGRES_PORT'),
});

export interface MovedPort {
  readonly what: string;
  readonly wanted: number;
  readonly port: number;
}

/** What listens elsewhere than it should, since something else has its port. A server that was there before has not moved. */
export const movedPorts = (addresses: Addresses): readonly MovedPort[] => {
  const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL, POSTGRES_URL } = process.env;
  const places = [
    ...([...SERVICES, 'simulator'] as const).map((name) => ({
      what: name === 'console' || name === 'simulator' ? `the ${name}` : name,
      variable: publicSetting(name),
      address: addresses[name],
    })),
    ...[
      { what: 'Kafka', variable: 'KAFKA_PORT', address: `kafka://${addresses.kafka}`, given: KAFKA_BROKERS },
      {
        what: 'the schema registry',
        variable: 'SCHEMA_REGISTRY_PORT',
        address: addresses.schemaRegistry,
        given: SCHEMA_REGISTRY_URL,
      },
      { what: 'PostgreSQL', variable: 'POSTGRES_PORT', address: addresses.postgres, given: POSTGRES_URL },
    ].filter(({ given }) => !given),
  ];

  return places
    .map(({ what, variable, address }) => ({ what, wanted: wantedPort(variable), port: Number(new URL(address).port) }))
    .filter(({ wanted, port }) => wanted !== port);
};

const HIGHEST_PORT = 65_000;

const wantedPort = (variable: string): number => {
  const value = process.env[variable];

  return value ? Number(value) : (PORT_SETTINGS[variable] ?? Number.NaN);
};

const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= HIGHEST_PORT;
