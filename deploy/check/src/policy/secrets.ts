import { containersOf, type Manifest, nameOf, podOf } from './manifest.ts';

const SECRET_NAME = /PASSWORD|SECRET|TOKEN|CREDENTIAL|(?:^|_)KEYS?$|DATABASE_URL|JAAS/i;
/** Names that sound so and hold no secret: paths of files. */
const HARMLESS_NAME = /^KAFKA_SSL_KEY$|_FILE$/;
const SECRET_VALUE = /:\/\/[^/\s:]+:[^/\s@]+@|-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** Secrets that stand in the manifests, by name and never by value. */
export const secretProblems = (manifest: Manifest): readonly string[] => {
  const named = nameOf(manifest);
  if (manifest.kind === 'Secret') return [`${named}: a Secret belongs to whoever keeps secrets, not into a repository`];
  if (manifest.kind === 'ConfigMap')
    return inClear(manifest.data ?? {}).map((key) => `${named}: ${key} stands in clear`);
  const pod = podOf(manifest);
  if (pod === null) return [];
  return containersOf(pod).flatMap(({ env = [] }) =>
    inClear(Object.fromEntries(env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])))).map(
      (name) => `${named}: ${name} stands in clear`,
    ),
  );
};

const inClear = (values: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(values)
    .filter(([name, value]) => (SECRET_NAME.test(name) && !HARMLESS_NAME.test(name)) || SECRET_VALUE.test(value))
    .map(([name]) => name);

interface SecretKey {
  readonly name: string;
  readonly key: string;
}

/** Keys of Secrets that a container is to start with and that nobody makes. */
export const missingSecrets = (
  manifests: readonly Manifest[],
  isMade: (secret: SecretKey) => boolean,
): readonly string[] =>
  manifests.flatMap((manifest) => {
    const pod = podOf(manifest);
    if (pod === null) return [];
    return containersOf(pod)
      .flatMap(({ env = [] }) => env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []))
      .filter((secret) => !isMade(secret))
      .map(({ name, key }) => `${nameOf(manifest)}: nobody makes ${key} of Secret ${name}`);
  });
