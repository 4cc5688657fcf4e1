import { chown, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { execa } from 'execa';

/** PostgreSQL refuses to run as root, so root runs it as another user of the machine. */
export interface PostgresAccount {
  /** Puts before a command what makes it run under this account. */
  wrap(file: string, args: readonly string[]): { readonly file: string; readonly args: readonly string[] };
  own(path: string): Promise<void>;
}

const NAME = 'postgres';
const PASSABLE_BY_OTHERS = 0o001;

/**
 * A home folder such as /root is closed to others, so the account is lent the right to pass. Without the last flag it would
 * not count in `access`, by which PostgreSQL's programs look for each other.
 */
const PASS_THROUGH = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--securebits=+no_setuid_fixup'];

export const openPostgresAccount = async (paths: readonly string[]): Promise<PostgresAccount> => {
  if (process.getuid?.() !== 0) {
    return { wrap: (file, args) => ({ file, args }), own: () => Promise.resolve() };
  }
  const user = await userIds();
  const lent = (await arePassable(paths)) ? [] : PASS_THROUGH;

  return {
    wrap: (file, args) => ({
      file: 'setpriv',
      args: [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', ...lent, file, ...args],
    }),
    own: (path) => chown(path, user.uid, user.gid),
  };
};

const userIds = async (): Promise<{ readonly uid: number; readonly gid: number }> => {
  const known = await execa('id', ['-u', NAME], { reject: false });
  if (known.failed) await execa('useradd', ['--system', '--user-group', '--no-create-home', NAME]);
  const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => execa('id', [flag, NAME])));

  return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
};

const arePassable = async (paths: readonly string[]): Promise<boolean> => {
  const modes = await Promise.all(paths.flatMap(ancestors).map(async (folder) => (await stat(folder)).mode));

  return modes.every((mode) => (mode & PASSABLE_BY_OTHERS) !== 0);
};

const ancestors = (path: string): readonly string[] => {
  const parent = dirname(resolve(path));

  return parent === path ? [] : [parent, ...ancestors(parent)];
};
