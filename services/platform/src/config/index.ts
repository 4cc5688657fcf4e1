export { type KafkaConnection, kafkaConnection } from './kafka-connection.ts';
export { type Secret, secret } from './secret.ts';
export {
  clockInProduction,
  describeSettings,
  type Environment,
  InvalidSettings,
  kafkaEnvironment,
  processSettings,
  readSettings,
  refuseClockInProduction,
  registryEnvironment,
  setting,
} from './settings.ts';
