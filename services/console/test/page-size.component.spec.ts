import { readFile, stat } from 'node:fs/promises';
import { expect } from 'chai';

const built = new URL('../dist/', import.meta.url);
const LIMIT_BYTES = 250_000;

interface Chunk {
  readonly file: string;
  readonly css?: readonly string[];
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
}
type Manifest = Readonly<Record<string, Chunk>>;

const filesOf = (manifest: Manifest, name: string, seen = new Set<string>()): Set<string> => {
  const chunk = manifest[name];
  if (chunk === undefined || seen.has(chunk.file)) return seen;
  for (const file of [chunk.file, ...(chunk.css ?? [])]) seen.add(file);
  for (const imported of chunk.imports ?? []) filesOf(manifest, imported, seen);
  return seen;
};

const compressedSize = async (file: string): Promise<number> => (await stat(new URL(`${file}.br`, built))).size;

describe('the first load of the page', () => {
  it('is under 250 kB compressed, whatever page it is of', async () => {
    const manifest: Manifest = JSON.parse(await readFile(new URL('manifest.json', built), 'utf8'));
    const pages = manifest['index.html']?.dynamicImports ?? [];
    expect(pages).to.have.length(3);
    for (const page of pages) {
      const files = filesOf(manifest, page, filesOf(manifest, 'index.html'));
      const sizes = await Promise.all([...files].map(compressedSize));
      const total = sizes.reduce((sum, size) => sum + size, 0);
      expect(total, `${page}: ${[...files].join(', ')}`).to.be.lessThan(LIMIT_BYTES);
    }
  });

  it('holds no script and no style in the page itself, and its words', async () => {
    const page = await readFile(new URL('index.html', built), 'utf8');
    expect(page).to.include('<title>TikTok Channel</title>').and.not.to.include('%');
    expect(page).not.to.match(/<style|\sstyle=|<script(?![^>]*\ssrc=)/);
  });
});
