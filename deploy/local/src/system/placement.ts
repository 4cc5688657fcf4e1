import { findPort } from '../ports.ts';
import { type ProcessName, SERVICES, type ServiceName } from './addresses.ts';

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
const SIMULATOR_PORT = 4010;
const DEPENDENCY_PORTS = { kafka: 9092, registry: 8081, postgres: 5432 };

/** `default`: the settings `CONSOLE_PORT`, `AUTH_INTERNAL_PORT`, … and their defaults, or the next free ports after them. */
export const findPlacement = async (ports: 'free' | 'default'): Promise<Placement> => {
  const find = (variable: string, fallback: number): Promise<number> =>
    findPort(ports === 'free' ? undefined : portSetting(variable, fallback));
  const service = async (name: ServiceName): Promise<[ServiceName, Ports]> => {
    const prefix = name.toUpperCase();

    return [
      name,
      {
        port: await find(`${prefix}_PORT`, DEFAULTS[name].port),
        internalPort: await find(`${prefix}_INTERNAL_PORT`, DEFAULTS[name].internalPort),
      },
    ];
  };
  // One after the other: two that look at once may find the same port.
  const services: [ServiceName, Ports][] = [];
  for (const name of SERVICES) services.push(await service(name));
  const simulator = await find('SIMULATOR_PORT', SIMULATOR_PORT);

  return {
    ...(Object.fromEntries(services) as Record<ServiceName, Ports>),
    simulator: { port: simulator, internalPort: simulator },
  };
};

/** Wanted ports of the dependencies: `KAFKA_PORT`, `SCHEMA_REGISTRY_PORT`, `POSTGRES_PORT`. */
export const dependencyPorts = (): typeof DEPENDENCY_PORTS => ({
  kafka: portSetting('KAFKA_PORT', DEPENDENCY_PORTS.kafka),
  registry: portSetting('SCHEMA_REGISTRY_PORT', DEPENDENCY_PORTS.registry),
  postgres: portSetting('POSTGRES_PORT', DEPENDENCY_PORTS.postgres),
});

const portSetting = (variable: string, fallback: number): number => {
  const value = process.env[variable];
  if (!value) return fallback;
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1 || port > 65_000)
    throw new Error(`${variable} must be a port between 1 and 65000`);

  return port;
};
