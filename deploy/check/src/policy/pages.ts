import { containersOf, type Manifest, podOf } from './manifest.ts';

/** A command that a page tells operators to run. */
export interface PageCommand {
  readonly page: string;
  /** As it stands there, on one line. */
  readonly command: string;
}

type Labels = Readonly<Record<string, string>>;

/** Every kubectl of the shell blocks of a page, in an alias or behind a pipe as well. */
export const kubectlCommandsOf = (page: string, text: string): readonly PageCommand[] =>
  [...text.matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap(([, block = '']) => block.replaceAll('\\\n', ' ').split('\n'))
    .map((line) => line.trim().replace(/^alias [\w-]+='(.*)'$/, '$1'))
    .flatMap((line) => line.split(' | '))
    .filter((command) => command.startsWith('kubectl '))
    .map((command) => ({ page, command }));

/** The words of a command as a shell has them; what is in angle brackets is one word and stays. */
export const wordsOf = (command: string): readonly string[] =>
  (command.match(/<[^>]*>|(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? []).map((word) => word.replaceAll(/["']/g, ''));

/** What a command acts on that no manifest makes: an object by its name, pods by their labels, a container. */
export const namesNothing = ({ page, command }: PageCommand, manifests: readonly Manifest[]): readonly string[] => {
  const [, ...words] = wordsOf(command);
  const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
  return [
    ...missingObjects(own, manifests),
    ...missingLabels(own, manifests),
    ...missingContainers(own, manifests),
  ].map((problem) => `${page}: ${command}: ${problem}`);
};

const missingObjects = (words: readonly string[], manifests: readonly Manifest[]): readonly string[] =>
  words
    .flatMap((word) => [...word.matchAll(/^([a-z]+)\/([a-z][\w-]*)$/g)])
    .filter(([, kind = '', name]) => !ofKind(kind, manifests).some(({ metadata }) => metadata.name === name))
    .map(([object]) => `there is no ${object}`);

const missingLabels = (words: readonly string[], manifests: readonly Manifest[]): readonly string[] =>
  words.flatMap((word, at) => {
    if (word !== '-l' && word !== '--selector') return [];
    const among = labelsOf(words[0] ?? '', words[at - 1] ?? '', manifests);
    return requirementsOf(words[at + 1] ?? '')
      .filter((required) => !among.some((labels) => Object.entries(required).every(([key, is]) => labels[key] === is)))
      .map((required) => `nothing has ${Object.entries(required).map((pair) => pair.join('='))}`);
  });

const missingContainers = (words: readonly string[], manifests: readonly Manifest[]): readonly string[] => {
  const names = words.flatMap((word, at) => (word === '-c' ? [words[at + 1] ?? ''] : []));
  const known = manifests.flatMap((manifest) => {
    const pod = podOf(manifest);
    return pod === null ? [] : containersOf(pod).map(({ name }) => name);
  });
  return names.filter((name) => !known.includes(name)).map((name) => `no pod has a container ${name}`);
};

/** `jobs` is `Job`, `scaledobject` is `ScaledObject`. */
const ofKind = (written: string, manifests: readonly Manifest[]): readonly Manifest[] =>
  manifests.filter(({ kind }) => [kind.toLowerCase(), `${kind.toLowerCase()}s`].includes(written));

/** Labels of what a selector chooses from: of pods, of objects of the kind before it, or of everything that is applied. */
const labelsOf = (verb: string, before: string, manifests: readonly Manifest[]): readonly Labels[] => {
  if (verb === 'logs' || /^pods?$/.test(before)) {
    return manifests.map((manifest) => podOf(manifest)?.metadata.labels ?? {});
  }
  return (verb === 'apply' ? manifests : ofKind(before, manifests)).map(({ metadata }) => metadata.labels ?? {});
};

/** `a=b,c=d` is one requirement; `a in (b, c)` is one for each value, since none of them may be in vain. */
const requirementsOf = (selector: string): readonly Labels[] => {
  const [, key, values] = /^(\S+) in \(([^)]*)\)$/.exec(selector) ?? [];
  if (key !== undefined && values !== undefined) return values.split(',').map((value) => ({ [key]: value.trim() }));
  return [Object.fromEntries(selector.split(',').map((pair) => pair.split('=') as [string, string]))];
};

const ROW = /^\| [^|]+\| `([A-Z_]+)`\s*\| ([^|]+)\|/gm;

/** A table of secrets, setting by setting, that leaves out a deployment which has it, or names one that has not. */
export const misplacedSecrets = (table: string, manifests: readonly Manifest[]): readonly string[] =>
  [...table.matchAll(ROW)].flatMap(([, setting = '', cell = '']) => {
    const said = cell.split(',').map((name) => name.trim());
    const having = manifests.flatMap((manifest) =>
      manifest.kind === 'Deployment' && has(setting, manifest) ? [manifest.metadata.name] : [],
    );
    return [
      ...having.filter((name) => !said.includes(name)).map((name) => `${setting}: ${name} has it, too`),
      ...said.filter((name) => !having.includes(name)).map((name) => `${setting}: ${name} does not have it`),
    ];
  });

const has = (setting: string, manifest: Manifest): boolean => {
  const pod = podOf(manifest);
  return pod !== null && containersOf(pod).some(({ env = [] }) => env.some(({ name }) => name === setting));
};
