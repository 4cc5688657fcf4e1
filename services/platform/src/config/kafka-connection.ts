import type { z } from 'zod';
import type { Secret } from './secret.ts';
import { InvalidSettings, type kafkaEnvironment } from './settings.ts';

/** What the Kafka room connects with, as far as settings say it. */
export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly topicPrefix: string;
  readonly tls?: {
    readonly caFile?: string | undefined;
    readonly certFile?: string | undefined;
    readonly keyFile?: string | undefined;
  };
  readonly sasl?: {
    readonly mechanism: 'scram-sha-512' | 'scram-sha-256' | 'plain';
    readonly username: string;
    readonly password: Secret;
  };
}

type KafkaEnvironment = Partial<z.infer<typeof kafkaEnvironment>> & { readonly KAFKA_BROKERS: readonly string[] };

/** Throws `InvalidSettings` where settings that belong together do not stand together. */
export const kafkaConnection = (settings: KafkaEnvironment): KafkaConnection => {
  const problems = problemsOf(settings);
  if (problems.length > 0) throw new InvalidSettings(problems);
  const { KAFKA_BROKERS: brokers, KAFKA_TOPIC_PREFIX: topicPrefix = '' } = settings;
  const tls = tlsOf(settings);
  const sasl = saslOf(settings);
  return { brokers, topicPrefix, ...(tls && { tls }), ...(sasl && { sasl }) };
};

const problemsOf = (settings: KafkaEnvironment) => [
  ...together(settings, ['KAFKA_SSL_CERT', 'KAFKA_SSL_KEY']),
  ...together(settings, ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD']),
  ...(settings.KAFKA_SSL === false && tlsFiles(settings).some((file) => file !== undefined)
    ? [{ setting: 'KAFKA_SSL', problem: 'is false, but files for TLS are named' }]
    : []),
];

const together = (settings: KafkaEnvironment, names: readonly (keyof KafkaEnvironment)[]) => {
  const missing = names.filter((name) => settings[name] === undefined);
  if (missing.length === names.length) return [];
  return missing.map((setting) => ({ setting, problem: `is not set, but belongs to ${names.join(', ')}` }));
};

const tlsFiles = ({ KAFKA_SSL_CA, KAFKA_SSL_CERT, KAFKA_SSL_KEY }: KafkaEnvironment) => [
  KAFKA_SSL_CA,
  KAFKA_SSL_CERT,
  KAFKA_SSL_KEY,
];

const tlsOf = (settings: KafkaEnvironment): KafkaConnection['tls'] => {
  const [caFile, certFile, keyFile] = tlsFiles(settings);
  const isOn = settings.KAFKA_SSL ?? (caFile ?? certFile) !== undefined;
  return isOn ? { caFile, certFile, keyFile } : undefined;
};

const saslOf = (settings: KafkaEnvironment): KafkaConnection['sasl'] => {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = settings;
  if (mechanism === undefined || username === undefined || password === undefined) return undefined;
  return { mechanism, username, password };
};
