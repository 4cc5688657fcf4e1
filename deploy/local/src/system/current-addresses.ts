import type { Dependencies } from '../dependencies.ts';
import { type Addresses, type ProcessName, REPLICATED, type ReplicaAddress, SERVICES } from './addresses.ts';
import { DEMO_ACCOUNT } from './demo-account.ts';
import { type Placement, type Replica, replicasOf } from './placement.ts';
import type { Secrets } from './secrets.ts';
import { baseUrl } from './settings.ts';

export interface Parts {
  readonly dependencies: Dependencies;
  readonly placement: Placement;
  readonly secrets: Secrets;
  readonly channel: string;
  /** Ids of what runs now. */
  readonly pidsOf: (replica: Replica) => readonly number[];
  /** Whether it has become ready since it was started last. */
  readonly isUp: (replica: Replica) => boolean;
}

export const currentAddresses = (parts: Parts): Addresses => {
  const { dependencies, placement, secrets, channel } = parts;
  const consoleUrl = publicUrlOf('console', parts);

  return {
    public: consoleUrl,
    console: consoleUrl,
    ingress: publicUrlOf('ingress', parts),
    auth: publicUrlOf('auth', parts),
    conversation: publicUrlOf('conversation', parts),
    outbound: publicUrlOf('outbound', parts),
    simulator: publicUrlOf('simulator', parts),
    schemaRegistry: dependencies.registry.url,
    internal: recordOf(SERVICES, (name) => baseUrl(firstUp(name, parts).ports.internalPort)),
    kafka: dependencies.kafka.brokers,
    postgres: dependencies.postgres.url,
    account: DEMO_ACCOUNT,
    channel,
    appId: secrets.appId,
    appSecret: secrets.appSecret,
    replicas: recordOf(REPLICATED, (name) =>
      replicasOf(placement, name).map((replica) => describeReplica(replica, parts)),
    ),
    processes: recordOf([...SERVICES, 'simulator'], (name) => replicasOf(placement, name).flatMap(parts.pidsOf)),
  };
};

const publicUrlOf = (service: ProcessName, parts: Parts): string => baseUrl(firstUp(service, parts).ports.port);

/** When none is up, the first one: it will be. */
const firstUp = (service: ProcessName, { placement, isUp }: Parts): Replica => {
  const replicas = replicasOf(placement, service);
  const [first] = placement.processes[service];

  return replicas.find(isUp) ?? { name: service, service, ports: first };
};

const describeReplica = (replica: Replica, { pidsOf }: Parts): ReplicaAddress => ({
  name: replica.name,
  public: baseUrl(replica.ports.port),
  internal: baseUrl(replica.ports.internalPort),
  pid: pidsOf(replica)[0] ?? null,
});

const recordOf = <Name extends string, Value>(
  names: readonly Name[],
  describe: (name: Name) => Value,
): Readonly<Record<Name, Value>> =>
  Object.fromEntries(names.map((name) => [name, describe(name)])) as Record<Name, Value>;
