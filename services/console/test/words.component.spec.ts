import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import ts from 'typescript';

const WEB = fileURLToPath(new URL('../web', import.meta.url));
const WORDS = `${WEB}/words.ts`;
const VITE = fileURLToPath(new URL('../vite.config.ts', import.meta.url));

/** Of the page's own files alone: what libraries say of types is no matter here, and takes long to read. */
const programOf = (): ts.Program => {
  const { config } = ts.readConfigFile(`${WEB}/tsconfig.json`, ts.sys.readFile);
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, WEB);
  const own = { ...options, noLib: true, types: [] };
  const host = ts.createCompilerHost(own);
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) =>
      text.startsWith('.') ? ts.resolveModuleName(text, from, own, host) : { resolvedModule: undefined },
    );
  return ts.createProgram([...fileNames, VITE], own, host);
};

type Key = ts.PropertyAssignment;

const isKey = (node: ts.Node): node is Key => ts.isPropertyAssignment(node) && node.getSourceFile().fileName === WORDS;

const keysOf = (symbol: ts.Symbol | undefined): readonly Key[] => (symbol?.declarations ?? []).filter(isKey);

/** From the outermost object inwards. */
const pathOf = (key: Key): string => {
  const outer = key.parent.parent;
  return `${isKey(outer) ? `${pathOf(outer)}.` : ''}${key.name.getText()}`;
};

const keysIn = (node: ts.Node): readonly Key[] => {
  const inner: Key[] = [];
  node.forEachChild((child) => void inner.push(...keysIn(child)));
  return isKey(node) ? [node, ...inner] : inner;
};

/** What stands for its parts alone: `a.b`, `const { b } = a` and `const c = a` use of `a` what they name, or what `c` is used for. */
const isLookedInto = (node: ts.Node): boolean => {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return true;
  if (ts.isBindingElement(parent) || ts.isImportSpecifier(parent) || ts.isTypeQueryNode(parent)) return true;
  if (ts.isConditionalExpression(parent) || ts.isParenthesizedExpression(parent)) return isLookedInto(parent);
  return ts.isVariableDeclaration(parent) ? parent.type === undefined : false;
};

/** Keys of words that are named, and all below those that are chosen by a value or handed on. */
const keysUsedIn = (file: ts.SourceFile, checker: ts.TypeChecker): ReadonlySet<Key> => {
  const used = new Set<Key>();
  const use = (keys: readonly Key[]): void => {
    for (const key of keys) used.add(key);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isBindingElement(node)) {
      const name = (node.propertyName ?? node.name).getText();
      use(keysOf(checker.getTypeAtLocation(node.parent).getProperty(name)));
    } else if (ts.isPropertyAccessExpression(node)) use(keysOf(checker.getSymbolAtLocation(node.name)));
    if ((ts.isIdentifier(node) || ts.isPropertyAccessExpression(node)) && !isLookedInto(node)) {
      const within = checker.getTypeAtLocation(node).getProperties().flatMap(keysOf);
      use(within.flatMap(keysIn));
    }
    node.forEachChild(visit);
  };
  visit(file);
  return used;
};

describe('the words of the page, as a whole', () => {
  it('are all shown somewhere', function () {
    this.timeout(60_000);
    const program = programOf();
    const checker = program.getTypeChecker();
    const files = program
      .getSourceFiles()
      .filter(({ fileName }) => fileName === VITE || (fileName.startsWith(WEB) && !fileName.includes('/generated/')))
      .filter(({ fileName }) => fileName !== WORDS && !fileName.endsWith('.spec.ts'));
    const used = new Set(files.flatMap((file) => [...keysUsedIn(file, checker)]));
    const all = program.getSourceFile(WORDS);
    const sentences =
      all === undefined ? [] : keysIn(all).filter(({ initializer }) => keysIn(initializer).length === 0);
    expect(sentences).to.have.length.greaterThan(400);
    expect(sentences.filter((key) => !used.has(key)).map(pathOf)).to.deep.equal([]);
  });
});
