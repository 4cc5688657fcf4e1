import { findPort } from '../ports.ts';
import {
  type Addresses,
  type ProcessName,
  REPLICATED,
  type ReplicaName,
  type ReplicatedName,
  SERVICES,
  type ServiceName,
} from './addresses.ts';

export interface Ports {
  readonly port: number;
  readonly internalPort: number;
}

/** Services that others call on their internal ports. */
export const CALLED = ['auth', 'conversation'] as const satisfies readonly ReplicatedName[];
export type CalledName = (typeof CALLED)[number];

/** Where everything listens. */
export interface Placement {
  /** By the order of its replicas; at least one. */
  readonly processes: Readonly<Record<ProcessName, readonly [Ports, ...Ports[]]>>;
  /** Where others reach the internal port of a service: that port itself, or the address that its replicas share. */
  readonly callees: Readonly<Record<CalledName, number>>;
}

export interface Replica {
  readonly name: ReplicaName;
  readonly service: ProcessName;
  readonly ports: Ports;
}

export const replicasOf = (placement: Placement, service: ProcessName): readonly Replica[] =>
  placement.processes[service].map((ports, index) => ({ name: replicaName(service, index), service, ports }));

const replicaName = (service: ProcessName, index: number): ReplicaName =>
  index === 0 ? service : (`${service}-${index + 1}` as ReplicaName);

const DEFAULTS: Readonly<Record<ServiceName, Ports>> = {
  console: { port: 3000, internalPort: 3100 },
  ingress: { port: 3001, internalPort: 3101 },
  auth: { port: 3002, internalPort: 3102 },
  conversation: { port: 3003, internalPort: 3103 },
  outbound: { port: 3004, internalPort: 3104 },
  history: { port: 3005, internalPort: 3105 },
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

/** Far enough for the services beside it, and near enough to be recognised: 3001, 3011, 3021. */
const STEP_PER_REPLICA = 10;

/** `default`: the port settings and their defaults, ten further for each further replica, or the next free ports after them. */
export const findPlacement = async (ports: 'free' | 'default', replicas: number): Promise<Placement> => {
  if (ports === 'default') checkPortSettings();
  const find = (variable: string, index: number): Promise<number> =>
    findPort(ports === 'free' ? undefined : wantedPort(variable, index));
  const found = new Map<ProcessName, Ports[]>(SERVICES.map((name) => [name, []]));
  for (let index = 0; index < replicas; index += 1) {
    for (const name of index === 0 ? SERVICES : REPLICATED) {
      const [port, internalPort] = [await find(publicSetting(name), index), await find(internalSetting(name), index)];
      found.get(name)?.push({ port, internalPort });
    }
  }
  const simulator = await find(publicSetting('simulator'), 0);
  found.set('simulator', [{ port: simulator, internalPort: simulator }]);
  const processes = Object.fromEntries(found) as unknown as Placement['processes'];

  return { processes, callees: await findCallees(processes) };
};

const findCallees = async (processes: Placement['processes']): Promise<Placement['callees']> => {
  const callees: [CalledName, number][] = [];
  for (const name of CALLED) {
    const [first, ...others] = processes[name];
    callees.push([name, others.length === 0 ? first.internalPort : await findPort()]);
  }

  return Object.fromEntries(callees) as Placement['callees'];
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
    ...(['console', 'simulator'] as const).map((name) => ({
      what: `the ${name}`,
      wanted: wantedPort(publicSetting(name)),
      address: addresses[name],
    })),
    ...REPLICATED.flatMap((service) =>
      addresses.replicas[service].map(({ name, public: address }, index) => ({
        what: name,
        wanted: wantedPort(publicSetting(service), index),
        address,
      })),
    ),
    ...[
      { what: 'Kafka', variable: 'KAFKA_PORT', address: `kafka://${addresses.kafka}`, given: KAFKA_BROKERS },
      {
        what: 'the schema registry',
        variable: 'SCHEMA_REGISTRY_PORT',
        address: addresses.schemaRegistry,
        given: SCHEMA_REGISTRY_URL,
      },
      { what: 'PostgreSQL', variable: 'POSTGRES_PORT', address: addresses.postgres, given: POSTGRES_URL },
    ]
      .filter(({ given }) => !given)
      .map(({ variable, ...place }) => ({ ...place, wanted: wantedPort(variable) })),
  ];

  return places
    .map(({ what, wanted, address }) => ({ what, wanted, port: Number(new URL(address).port) }))
    .filter(({ wanted, port }) => wanted !== port);
};

const HIGHEST_PORT = 65_000;

const wantedPort = (variable: string, replica = 0): number => {
  const value = process.env[variable];
  const first = value ? Number(value) : (PORT_SETTINGS[variable] ?? Number.NaN);

  return first + replica * STEP_PER_REPLICA;
};

const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= HIGHEST_PORT;
