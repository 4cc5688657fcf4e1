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
  replyRulesEnvironment,
  setting,
} from './settings.ts';
