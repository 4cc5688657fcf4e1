import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import { type RecordSchema, readRecordSchemas } from './avro-files.ts';
import { createSubjects, type RegistrySettings, subjectOf } from './subjects.ts';

export type { RegistrySettings };

/** Without it the client waits for ever for a registry that takes the connection and says nothing. */
const ANSWER_WITHIN_MS = 5_000;

type Middleware = NonNullable<ConstructorParameters<typeof SchemaRegistry>[0]['middlewares']>[number];

const withDeadline: Middleware = () => ({
  prepareRequest: async (next) => (await next()).enhance({ timeout: ANSWER_WITHIN_MS }),
});

/** @internal Left out of the published types, which would name those of the registry's client. */
export const connectRegistry = ({ url }: RegistrySettings): SchemaRegistry =>
  new SchemaRegistry({ host: url, retry: { retries: 0 }, middlewares: [withDeadline] });

/**
 * Registers every record of every topic, each subject at FULL_TRANSITIVE before its first version. A deploy step: no
 * service registers at run time. It changes nothing where a schema is registered already, newer versions or not. Throws
 * at the first schema that the registry refuses, naming its subject.
 */
export const registerSchemas = async (
  settings: RegistrySettings,
  contract: readonly RecordSchema[] = readRecordSchemas(),
): Promise<readonly string[]> => {
  const registered: string[] = [];
  for await (const registration of createSubjects(settings, contract).register()) {
    if (registration.kind === 'refused') {
      throw new Error(`the registry refused subject ${registration.subject}: ${registration.reason}`);
    }
    registered.push(registration.subject);
  }
  return registered;
};

/** @internal Id of each named record's schema as registered by the deploy step; throws, naming the subject, when one is missing. */
export const lookUpSchemaIds = async (
  registry: SchemaRegistry,
  records: readonly RecordSchema[],
): Promise<ReadonlyMap<string, number>> => {
  const lookUp = async (record: RecordSchema): Promise<[string, number]> => {
    const schema = { type: SchemaType.AVRO, schema: JSON.stringify(record.schema) } as const;
    try {
      return [record.name, await registry.getRegistryIdBySchema(subjectOf(record), schema)];
    } catch (error) {
      const problem = isUnregistered(error)
        ? 'has no schema of this version: register the schemas first'
        : 'did not answer';
      throw new Error(`the registry ${problem} (subject ${subjectOf(record)})`, { cause: error });
    }
  };
  return new Map(await Promise.all(records.map(lookUp)));
};

/** For a lookup by schema the client puts an error of its own, without the status, in the place of a 404, and of that alone. */
const isUnregistered = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ConfluentSchemaRegistryError';

/** @internal The client's errors carry the HTTP status; an answer that never came has another one. */
export const isNotFound = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'status' in error && error.status === 404;
