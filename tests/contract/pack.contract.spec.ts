import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import {
  copyForPacking,
  pack,
  type SubscriberFolder,
  startPacking,
  subscriberFolder,
} from '../support/subscriber-folder.ts';
import {
  codeBlocks,
  failureTable,
  partitionTable,
  SCHEMAS,
  subscriberPage,
  topicTable,
} from '../support/subscriber-page.ts';

const run = promisify(execFile);
const repository = join(SCHEMAS, '..');

/** Every file with its content. */
const treeOf = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'utf8')]),
  );

describe('the package for other teams', function () {
  this.timeout(180_000);

  let folder: SubscriberFolder;
  let installed: string;

  before(async () => {
    folder = await subscriberFolder();
    installed = join(folder.path, 'node_modules', '@tiktok-channel', 'schemas');
  });

  it('is JavaScript with types, schemas, documents and licence, and nothing else', () => {
    const files = readdirSync(installed, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const kinds = new Set(files.map(({ name }) => name.replace(/^.*?((?:\.d)?\.\w+)$/, '$1')));

    expect([...kinds].sort()).to.deep.equal(['.avsc', '.d.ts', '.js', '.json', '.md', '.yaml', 'LICENSE']);
    expect(readFileSync(join(installed, 'LICENSE'), 'utf8')).to.equal(
      readFileSync(join(repository, 'LICENSE'), 'utf8'),
    );
  });

  it('is fit to be published', () => {
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));

    expect(manifest).to.include({ license: 'Apache-2.0', type: 'module' });
    expect(manifest).to.have.nested.property('engines.node');
    expect(manifest).to.not.have.any.keys('private', 'scripts', 'devDependencies', 'publishConfig');
  });

  for (const settings of [
    { module: 'nodenext', moduleResolution: 'nodenext' },
    { module: 'esnext', moduleResolution: 'bundler' },
  ]) {
    it(`has types that strict TypeScript resolves with ${settings.moduleResolution}`, async () => {
      const config = join(folder.path, `tsconfig.${settings.moduleResolution}.json`);
      const types = join(repository, 'node_modules', '@types');
      const compilerOptions = {
        ...settings,
        strict: true,
        noEmit: true,
        target: 'es2024',
        types: ['node'],
        typeRoots: [types],
      };
      writeFileSync(config, JSON.stringify({ compilerOptions, include: ['*.ts'] }));

      await tsc(config);
    });
  }

  it('has types that find a mistake', async () => {
    const mistake = join(folder.path, 'mistake.mts');
    const types = join(repository, 'node_modules', '@types');
    writeFileSync(
      mistake,
      "import { topics } from '@tiktok-channel/schemas';\nexport const wrong: 'other' = topics.messages.name;\n",
    );
    const config = join(folder.path, 'tsconfig.mistake.json');
    const compilerOptions = { module: 'nodenext', strict: true, noEmit: true, types: ['node'], typeRoots: [types] };
    writeFileSync(config, JSON.stringify({ compilerOptions, files: ['mistake.mts'] }));

    const output = await tsc(config).catch((error: { readonly stdout: string }) => error.stdout);

    expect(output).to.include('"tiktok.messages.v1"');
  });

  const tsc = (config: string) =>
    run(process.execPath, [join(repository, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', config]);
});

describe('packing', function () {
  this.timeout(60_000);

  let copy: string;
  let destination: string;
  let asItWas: ReadonlyMap<string, string>;

  beforeEach(() => {
    copy = copyForPacking();
    destination = mkdtempSync(join(tmpdir(), 'packed-'));
    asItWas = treeOf(join(copy, 'schemas'));
  });

  afterEach(() => {
    for (const path of [copy, destination]) rmSync(path, { recursive: true, force: true });
  });

  it('leaves everything as it was', async () => {
    await pack(copy, destination);

    expect(treeOf(join(copy, 'schemas'))).to.deep.equal(asItWas);
  });

  it('leaves everything as it was when npm fails after the build', async () => {
    const failed = await pack(copy, join(destination, 'nowhere')).catch((error: unknown) => error);

    expect(failed).to.be.an('error');
    await eventually('the folder is as it was', () => expect(treeOf(join(copy, 'schemas'))).to.deep.equal(asItWas));
  });

  it('leaves everything as it was when the build fails', async () => {
    writeFileSync(join(copy, 'schemas', 'src', 'index.ts'), "export { nothing } from './topics.ts';\n");
    asItWas = treeOf(join(copy, 'schemas'));

    const failed = await pack(copy, destination).catch((error: unknown) => error);

    expect(failed).to.be.an('error');
    await eventually('the folder is as it was', () => expect(treeOf(join(copy, 'schemas'))).to.deep.equal(asItWas));
  });

  it('leaves everything as it was when npm is killed', async () => {
    const npm = startPacking(copy, destination);
    await eventually('the build has begun', () => existsSync(join(copy, 'schemas', 'dist')));
    npm.kill('SIGKILL');

    await eventually('the folder is as it was', () => expect(treeOf(join(copy, 'schemas'))).to.deep.equal(asItWas));
  });

  it('refuses to begin while another npm packs', async () => {
    const first = pack(copy, destination);
    await eventually('the build has begun', () => existsSync(join(copy, 'schemas', 'dist')));

    const second = await pack(copy, destination).catch((error: unknown) => error);

    expect(second).to.have.property('stderr').that.includes('is packing this folder');
    expect(await first).to.match(/\.tgz$/);
  });
});

describe('the page for other teams', () => {
  for (const [what, table] of [
    ['topic', topicTable],
    ['failure code', failureTable],
    ['key to check a partitioner with', partitionTable],
  ] as const) {
    it(`lists every ${what} as the code has it`, () => {
      expect(subscriberPage()).to.include(`\n\n${table()}\n\n`);
    });
  }

  it('reads a topic in ten lines of TypeScript', () => {
    const example = codeBlocks(subscriberPage()).find(({ file }) => file === 'subscribe.ts');
    const lines = example?.text.split('\n').filter((line) => /\w/.test(line));

    expect(lines).to.have.length(10);
  });

  it('needs only what the Python environment of the tests has', () => {
    const requirement = readFileSync(join(repository, 'tests/support/python/requirements.txt'), 'utf8').split('==')[0];

    expect(codeBlocks(subscriberPage()).map(({ text }) => text)).to.include(`pip install '${requirement}'\n`);
  });
});
