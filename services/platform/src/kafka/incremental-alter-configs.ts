import { createRequire } from 'node:module';

/** What kafkajs hands to an AlterConfigs request. */
interface AlterArguments {
  readonly resources: readonly {
    readonly type: number;
    readonly name: string;
    readonly configEntries: readonly { readonly name: string; readonly value: string }[];
  }[];
  readonly validateOnly?: boolean | undefined;
}

interface Encoder {
  writeInt8(value: number): Encoder;
  writeString(value: string): Encoder;
  writeBoolean(value: boolean): Encoder;
  writeArray(items: readonly Encoder[]): Encoder;
}

const Encoder = createRequire(import.meta.url)('kafkajs/src/protocol/encoder') as new () => Encoder;

const INCREMENTAL_ALTER_CONFIGS = 44;
const SET = 0;

/**
 * kafkajs only knows AlterConfigs, which puts every setting that it does not name back to its default, those of another
 * operator included. This is IncrementalAlterConfigs, version 0, in its place: the same request with an operation for each
 * setting, and the same answer. What is not named stays as it is.
 */
export const incrementalAlterConfigs = ({ resources, validateOnly = false }: AlterArguments) => ({
  apiKey: INCREMENTAL_ALTER_CONFIGS,
  apiVersion: 0,
  apiName: 'IncrementalAlterConfigs',
  encode: async (): Promise<Encoder> =>
    new Encoder()
      .writeArray(
        resources.map(({ type, name, configEntries }) =>
          new Encoder()
            .writeInt8(type)
            .writeString(name)
            .writeArray(
              configEntries.map((entry) =>
                new Encoder().writeString(entry.name).writeInt8(SET).writeString(entry.value),
              ),
            ),
        ),
      )
      .writeBoolean(validateOnly),
});
