import { type Container, containersOf, type Manifest, nameOf, podOf } from './manifest.ts';
import { type Environment, programOf } from './programs.ts';

/** In place of what a Secret holds: of the form of every secret that a service reads. */
const PLACEHOLDER = `placeholder:${Buffer.alloc(32).toString('base64')}`;
const DATABASE_PLACEHOLDER = 'postgresql://placeholder';

const placeholderOf = (name: string): string => (name.endsWith('DATABASE_URL') ? DATABASE_PLACEHOLDER : PLACEHOLDER);

/** The image says so (deploy/Dockerfile). */
const IMAGE_ENVIRONMENT: Environment = { NODE_ENV: 'production' };

export interface Program {
  readonly workload: Manifest;
  readonly environment: Environment;
  /** As the program itself reads them; null where it would not start. */
  readonly settings: Readonly<Record<string, unknown>> | null;
  readonly problems: readonly string[];
}

/** Every program of ours with the settings that it would start with. */
export const programsIn = (manifests: readonly Manifest[]): readonly Program[] =>
  manifests.flatMap((workload) => {
    const pod = podOf(workload);
    return pod === null ? [] : containersOf(pod).flatMap((container) => read(workload, container, manifests));
  });

export const settingProblems = (manifests: readonly Manifest[]): readonly string[] =>
  programsIn(manifests).flatMap(({ problems }) => problems);

const read = (workload: Manifest, container: Container, manifests: readonly Manifest[]): readonly Program[] => {
  const program = programOf(container);
  if (program === null) return [];
  const environment = environmentOf(container, manifests);
  const problems = startProblems(program, environment).map((problem) => `${nameOf(workload)}: ${problem}`);
  const settings = problems.length === 0 ? (program.read?.(environment) as Program['settings']) : null;
  return [{ workload, environment, settings, problems }];
};

/** Why a program would not start with these settings. */
export const startProblems = (
  { name, read: readSettings }: NonNullable<ReturnType<typeof programOf>>,
  environment: Environment,
): readonly string[] => {
  if (readSettings === undefined) return [`runs ${name}, whose settings are not known here`];
  try {
    readSettings(environment);
    return [];
  } catch (error) {
    return [`does not start: ${error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error)}`];
  }
};

interface Source {
  readonly configMapRef?: { readonly name: string };
}

const environmentOf = ({ env = [], envFrom = [] }: Container, manifests: readonly Manifest[]): Environment => {
  const maps = (envFrom as readonly Source[]).map(
    ({ configMapRef }) =>
      manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMapRef?.name)?.data,
  );
  return Object.assign(
    {},
    IMAGE_ENVIRONMENT,
    ...maps,
    Object.fromEntries(env.map(({ name, value = placeholderOf(name) }) => [name, value])),
  );
};
