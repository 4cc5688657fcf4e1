import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { execa } from 'execa';
import { parse, parseAllDocuments } from 'yaml';
import { problemsOf } from './policy/index.ts';
import type { Manifest } from './policy/manifest.ts';
import { originProblems } from './policy/origin.ts';
import { kubectlCommandsOf, misplacedSecrets, namesNothing, type PageCommand, wordsOf } from './policy/pages.ts';
import { programOf } from './policy/programs.ts';
import { missingSecrets } from './policy/secrets.ts';
import { startProblems } from './policy/settings.ts';
import type { Tools } from './tools.ts';
import { REPOSITORY, writtenFiles } from './written-files.ts';

const pathOf = (path: string): string => fileURLToPath(new URL(path, REPOSITORY));
const read = (path: string): Promise<string> => readFile(pathOf(path), 'utf8');

export const writtenAsTheyFollow = async (): Promise<readonly string[]> => {
  const problems: string[] = [];
  for (const { path, content } of await writtenFiles()) {
    if ((await read(path).catch(() => '')) !== content)
      problems.push(`${path} is not what follows: npm run deploy:write`);
  }
  return problems;
};

export const buildOverlay = async ({ kubectl }: Tools, overlay: string): Promise<string> =>
  (await execa(kubectl, ['kustomize', pathOf(overlay)])).stdout;

export const conformsStrictly = async (
  { kubeconform }: Tools,
  schemas: string,
  built: string,
): Promise<readonly string[]> => {
  const locations = [
    '{{ .ResourceKind }}{{ .KindSuffix }}.json',
    '{{ .ResourceKind }}-{{ .Group }}-{{ .ResourceAPIVersion }}.json',
  ].flatMap((name) => ['-schema-location', join(schemas, name)]);
  const { failed, stdout, stderr } = await execa(kubeconform, ['-strict', ...locations, '-'], {
    input: built,
    reject: false,
  });
  return failed ? [[stdout, stderr].join('\n').trim()] : [];
};

const manifestsIn = (built: string): readonly Manifest[] =>
  parseAllDocuments(built).map((document) => document.toJS() as Manifest);

export const followsOurRules = async (built: string): Promise<readonly string[]> => problemsOf(manifestsIn(built));

export const gatewayIsTheOrigin = async (local: string, production: string): Promise<readonly string[]> =>
  originProblems(manifestsIn(local), manifestsIn(production));

interface SecretList {
  readonly items: readonly { readonly metadata: { readonly name: string }; readonly stringData: object }[];
}

/** In the local overlay a program makes the Secrets. */
export const localSecretsAreMade = async (built: string): Promise<readonly string[]> => {
  const { stdout } = await execa(process.execPath, [pathOf('k8s/overlays/local/secrets.js')]);
  const { items } = JSON.parse(stdout) as SecretList;
  const made = new Map(items.map(({ metadata, stringData }) => [metadata.name, Object.keys(stringData)]));
  return missingSecrets(manifestsIn(built), ({ name, key }) => made.get(name)?.includes(key) ?? false);
};

/** Elsewhere people make them, by the table of k8s/README.md; an ellipsis there stands for the rest of a name. */
export const otherSecretsAreDocumented = async (built: string): Promise<readonly string[]> => {
  const rows = (await read('k8s/README.md')).split('\n').filter((line) => line.startsWith('| `'));
  const documented = rows.map((row) => {
    const [names = '', keys = ''] = row.split('|').slice(1);
    return { names: quotedIn(names), keys: quotedIn(keys) };
  });
  const fits = (pattern: string, name: string): boolean =>
    pattern.endsWith('…') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
  return missingSecrets(manifestsIn(built), ({ name, key }) =>
    documented.some(({ names, keys }) => names.some((each) => fits(each, name)) && keys.includes(key)),
  );
};

const quotedIn = (cell: string): readonly string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);

const RUNBOOKS = 'deploy/runbooks/';

/** What the pages tell operators to run: it acts on what there is, and kubectl takes it. */
export const pagesAreRight = async ({ kubectl }: Tools, built: string): Promise<readonly string[]> => {
  const manifests = manifestsIn(built);
  const pages = (await readdir(pathOf(RUNBOOKS), { recursive: true })).filter((name) => name.endsWith('.md'));
  const commands: PageCommand[] = [];
  for (const page of [...pages.map((name) => `${RUNBOOKS}${name}`), 'k8s/README.md']) {
    commands.push(...kubectlCommandsOf(page, await read(page)));
  }
  return [
    ...(commands.length > 0 ? [] : ['no page tells to run anything']),
    ...commands.flatMap((command) => namesNothing(command, manifests)),
    ...(await refusedBy(kubectl, commands)),
    ...misplacedSecrets(await read(`${RUNBOOKS}procedures/secret-rotation.md`), manifests),
  ];
};

/** A cluster at an address where nobody listens: what kubectl takes ends there, and all else with a word of its own. */
const NOWHERE = JSON.stringify({
  clusters: [{ name: 'nowhere', cluster: { server: 'http://127.0.0.1:9' } }],
  contexts: [{ name: 'nowhere', context: { cluster: 'nowhere', user: '' } }],
  'current-context': 'nowhere',
});

const refusedBy = async (kubectl: string, commands: readonly PageCommand[]): Promise<readonly string[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'kubectl-'));
  const KUBECONFIG = join(folder, 'config');
  await writeFile(KUBECONFIG, NOWHERE);
  const problems: string[] = [];
  for (const { page, command } of commands) {
    const [, ...words] = wordsOf(command).map((word) => (word.startsWith('<overlay') ? LOCAL : word));
    const options = { cwd: pathOf('.'), env: { KUBECONFIG }, input: EMPTY_LIST, reject: false } as const;
    const { failed, stderr } = await execa(kubectl, words, options);
    if (failed && !/connection refused|was refused/.test(stderr)) problems.push(`${page}: ${command}: ${stderr}`);
  }
  await rm(folder, { recursive: true });
  return problems;
};

const LOCAL = 'k8s/overlays/local';
/** For those that read manifests from a pipe. */
const EMPTY_LIST = '{"apiVersion":"v1","kind":"List","items":[]}';

export const dockerfile = async ({ hadolint }: Tools): Promise<readonly string[]> => {
  const { failed, stdout, stderr } = await execa(hadolint, [pathOf('deploy/Dockerfile')], { reject: false });
  const text = await read('deploy/Dockerfile');
  const { workspaces } = JSON.parse(await read('package.json')) as { workspaces: readonly string[] };
  const folders = await Promise.all(workspaces.map(workspaceFolders));
  const missing = folders.flat().filter((folder) => !text.includes(`COPY ${folder}/package.json ${folder}/`));
  return [
    ...(failed ? [[stdout, stderr].join('\n').trim()] : []),
    // npm ci compares the lock file with all of them.
    ...missing.map((folder) => `deploy/Dockerfile copies no ${folder}/package.json`),
  ];
};

const workspaceFolders = async (workspace: string): Promise<readonly string[]> => {
  if (!workspace.endsWith('/*')) return [workspace];
  const parent = workspace.slice(0, -2);
  return (await readdir(pathOf(parent), { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${parent}/${name}`);
};

const COMPOSE_MODULE = 'github.com/compose-spec/compose-go/v2@v2.16.2';
const COMPOSE = 'deploy/compose.yaml';

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly image?: string;
        readonly command?: readonly string[];
        readonly environment?: Readonly<Record<string, unknown>>;
      }
    >
  >;
}

export const composeFile = async (tools: Tools): Promise<readonly string[]> => {
  const { Dir: root } = JSON.parse(await tools.go('mod', 'download', '-json', COMPOSE_MODULE)) as { Dir: string };
  const schema = JSON.parse(await readFile(join(root, 'schema', 'compose-spec.json'), 'utf8')) as object;
  const compose = parse(await read(COMPOSE), { merge: true }) as Compose;
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
  if (!validate(compose)) {
    return (validate.errors ?? []).map(({ instancePath, message }) => `${COMPOSE}${instancePath} ${message}`);
  }
  return Object.entries(compose.services).flatMap(([name, service]) =>
    composeProblems(service).map((problem) => `${COMPOSE}: ${name} ${problem}`),
  );
};

const composeProblems = ({ image = 'none:1', command = [], environment = {} }: Compose['services'][string]) => {
  const isFixed = /:[^:/]+$/.test(image) && !image.endsWith(':latest');
  const program = programOf({ name: 'service', image, args: command });
  const values = Object.entries(environment).map(([name, value]) => [name, withDefaults(String(value))]);
  return [
    ...(isFixed ? [] : [`runs ${image}, which is another one tomorrow`]),
    ...(program === null ? [] : startProblems(program, Object.fromEntries(values))),
  ];
};

/** As compose reads it where the shell has none of these variables. */
const withDefaults = (value: string): string => value.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');

const rulesIn = async (end: string): Promise<readonly string[]> =>
  (await readdir(pathOf('deploy/alerts/')).catch(() => []))
    .filter((name) => name.endsWith(end))
    .map((name) => pathOf(`deploy/alerts/${name}`));

/** Prometheus's own tool on its configuration, the rules, and what they fire on. */
export const prometheus = async ({ promtool }: Tools): Promise<readonly string[]> => {
  const runs: (readonly string[])[] = [['check', 'config', '--syntax-only', pathOf('deploy/prometheus.yaml')]];
  const [rules, tests] = [await rulesIn('.rules.yaml'), await rulesIn('.test.yaml')];
  if (rules.length > 0) runs.push(['check', 'rules', ...rules]);
  if (tests.length > 0) runs.push(['test', 'rules', ...tests]);
  const problems: string[] = [];
  for (const args of runs) {
    const { failed, stdout, stderr } = await execa(promtool, args, { reject: false });
    if (failed) problems.push(`promtool ${args.slice(0, 2).join(' ')}\n${stdout}\n${stderr}`.trim());
  }
  return problems;
};

export const collectorConfiguration = async ({ collector }: Tools): Promise<readonly string[]> => {
  const { failed, stderr } = await execa(collector, ['validate', '--config', pathOf('deploy/collector.yaml')], {
    reject: false,
  });
  return failed ? [stderr] : [];
};
