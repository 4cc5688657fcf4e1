export { createDatabase, databaseUrl, dropDatabase } from './database.ts';
export { type Dependencies, type DependencyOptions, startDependencies } from './dependencies.ts';
export { cacheFolder, fillCache } from './folders.ts';
export { type KafkaServer, startKafka } from './servers/kafka.ts';
export { measureProducerTool, type ProducerToolOptions } from './servers/kafka-tools.ts';
export { type PostgresServer, startPostgres } from './servers/postgres.ts';
export { type RegistryServer, startRegistry } from './servers/registry.ts';
export { type KafkaUser, type SecuredKafka, startSecuredKafka } from './servers/secured-kafka.ts';
export type { Server, Way } from './servers/server.ts';
export {
  type Addresses,
  type ProcessName,
  type ReplicaAddress,
  type ReplicaName,
  type ReplicatedName,
  SERVICES,
  type ServiceName,
} from './system/addresses.ts';
export { localToken } from './system/demo-account.ts';
export { operatorSettings } from './system/operator-settings.ts';
export { type System, startSystem } from './system.ts';
export { chooseWay } from './way.ts';
