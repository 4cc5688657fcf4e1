import { type Codec, createCodec, type RecordName } from '@tiktok-channel/schemas';
import {
  createSubjects,
  type Registration,
  RegistryError,
  type SubjectFinding,
} from '@tiktok-channel/schemas/subjects';
import type { Check } from '../../application/diagnose.ts';
import { OperatorFailure } from '../../domain/failure.ts';
import { type Finding, failed, fine } from '../../domain/finding.ts';

const NEXT = 'see that it runs and can be reached from here, or set SCHEMA_REGISTRY_URL to where it is';

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

const registryFailure = (error: unknown, url: string): unknown => {
  if (!(error instanceof RegistryError)) return error;
  const { origin, pathname } = new URL(url);
  return new OperatorFailure(`${error.message} (${origin}${pathname})`, NEXT, { cause: error });
};

export const registryCheck = ({ url }: { readonly url: string }): Check => ({
  name: 'schema registry',
  next: NEXT,
  async look() {
    const found = await findSubjects(url);
    const wrong = found.filter(({ isAsRegistered }) => !isAsRegistered);
    const right = `${found.length - wrong.length} of ${found.length} subjects have today's schema at FULL_TRANSITIVE`;
    return [fine('schema registry', right), ...wrong.map(wrongSubject)];
  },
});

const findSubjects = async (url: string): Promise<readonly SubjectFinding[]> => {
  try {
    return await createSubjects({ url }).find();
  } catch (error) {
    throw registryFailure(error, url);
  }
};

const wrongSubject = ({ subject, version, level }: SubjectFinding): Finding => {
  const name = `subject ${subject}`;
  const next = 'register the schemas with `tiktok-channel schemas register`';
  if (version === null) return failed(name, "does not have today's schema", next);
  return failed(name, `is at ${level ?? 'no level of its own'} instead of FULL_TRANSITIVE`, next);
};

/** A codec, with the ids of what is written looked up. Rejects with `OperatorFailure`. */
export const openCodec = async (url: string, writes: readonly RecordName[] = []): Promise<Codec> => {
  try {
    return await createCodec({ registry: { url }, writes });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new OperatorFailure(message, `${NEXT}, and register the schemas with \`tiktok-channel schemas register\``, {
      cause: error,
    });
  }
};
