import { createSubjects, type SubjectFinding } from '@tiktok-channel/schemas/subjects';
import type { Check } from '../../application/diagnose.ts';
import { type Finding, failed, fine } from '../../domain/finding.ts';
import { FIND_REGISTRY, registryFailure } from './registry.ts';

/** The registry, and the subject of every record of the contract. */
export const registryCheck = ({ url }: { readonly url: string }): Check => ({
  name: 'schema registry',
  next: FIND_REGISTRY,
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
