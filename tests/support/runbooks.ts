import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const RUNBOOKS = new URL('../../deploy/runbooks/', import.meta.url);
/** Where the packages of the tree put their programs, `tiktok-channel` among them. */
const PROGRAMS = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));
const WITHIN_MS = 900_000;

/** The blocks of a page in one language, as they stand there. */
export const blocksOf = async (page: string, language: 'sh' | 'sql' = 'sh'): Promise<readonly string[]> => {
  const text = await readFile(new URL(page, RUNBOOKS), 'utf8');
  return [...text.matchAll(/```(\w+)\n([\s\S]*?)```/g)]
    .filter(([, written]) => written === language)
    .map(([, , block = '']) => block);
};

/** The pages of alerts. */
export const alertPages = async (): Promise<readonly string[]> =>
  (await readdir(RUNBOOKS)).filter((name) => name.endsWith('.md') && name !== 'README.md');

interface Desk {
  readonly environment: Readonly<Record<string, string>>;
  /** Folders with programs that stand before those of the tree. */
  readonly programs?: readonly string[];
}

/** Runs what a page says as an operator does: as it stands there, with what is in angle brackets filled in. Ends at the first failure. */
export const createDesk = ({ environment, programs = [] }: Desk) => ({
  async run(block: string, filled: Readonly<Record<string, string>> = {}): Promise<string> {
    const script = block.replaceAll(/<(\w[\w ]*)>/g, (_whole, name: string) => {
      const value = filled[name];
      if (value === undefined) throw new Error(`nobody said what <${name}> is`);
      return `'${value.replaceAll("'", `'\\''`)}'`;
    });
    const path = [...programs, PROGRAMS, process.env.PATH].join(':');
    const { stdout } = await execa('sh', ['-eu', '-c', script], {
      env: { ...environment, PATH: path },
      extendEnv: false,
      timeout: WITHIN_MS,
    });
    return stdout;
  },
});
