export { type Acl, aclsOf, KAFKA_USERS, type KafkaUserName } from './kafka-access.ts';
export { openPromtool } from './tools.ts';
