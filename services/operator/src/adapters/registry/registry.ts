import { type Codec, createCodec, type RecordName } from '@tiktok-channel/schemas';
import { createSubjects, type Registration, RegistryError } from '@tiktok-channel/schemas/subjects';
import { shownAddress } from '../../domain/address.ts';
import { OperatorFailure } from '../../domain/failure.ts';

/** What to do when the registry does not answer. */
export const FIND_REGISTRY = 'see that it runs and can be reached from here, or set SCHEMA_REGISTRY_URL to where it is';

/** Registers one subject after the other; told of each. Rejects with `OperatorFailure` when the registry is away. */
export const createRegisterSchemas =
  ({ url }: { readonly url: string }) =>
  async (options: { readonly dryRun: boolean }, told: (registration: Registration) => void): Promise<void> => {
    try {
      for await (const registration of createSubjects({ url }).register(options)) told(registration);
    } catch (error) {
      throw registryFailure(error, url);
    }
  };

export const registryFailure = (error: unknown, url: string): unknown => {
  if (!(error instanceof RegistryError)) return error;
  return new OperatorFailure(`${error.message} (${shownAddress(url)})`, FIND_REGISTRY, { cause: error });
};

/** A codec, with the ids of what is written looked up. Rejects with `OperatorFailure`. */
export const openCodec = async (url: string, writes: readonly RecordName[] = []): Promise<Codec> => {
  try {
    return await createCodec({ registry: { url }, writes });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new OperatorFailure(
      message,
      `${FIND_REGISTRY}, and register the schemas with \`tiktok-channel schemas register\``,
      {
        cause: error,
      },
    );
  }
};
