/**
 * Makes a fresh clone, or one whose lock file or schemas changed, ready to run. Runs before anything is installed, on the
 * machine's own Node (20 or newer): plain JavaScript, no packages. Says nothing when there is nothing to do.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const lockFile = join(root, 'package-lock.json');
/** npm writes it as the last step of an installation. */
const installed = join(root, 'node_modules', '.package-lock.json');
const stamp = join(root, 'node_modules', '.prepared');

const lockFingerprint = () => createHash('sha256').update(readFileSync(lockFile)).digest('hex');

const isInstalled = () => {
  if (!existsSync(installed)) return false;
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8') === lockFingerprint();

  return statSync(installed).mtimeMs >= statSync(lockFile).mtimeMs;
};

/** Runs npm, the one that runs this script if there is one. */
const npm = (args, stdio) => {
  const own = process.env.npm_execpath;
  const [file, ...before] = own ? [process.execPath, own] : ['npm'];

  return spawnSync(file, [...before, ...args], {
    cwd: root,
    stdio,
    encoding: 'utf8',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' },
  });
};

const fail = (message) => {
  process.stderr.write(`${message}\n`);
  process.exit(1);
};

const install = () => {
  process.stdout.write('Installing packages as the lock file says; the first time this takes a minute or two.\n');
  const { status } = npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], 'inherit');
  if (status !== 0) fail('npm ci failed: its own message stands above. Once that is put right, run the command again.');
  writeFileSync(stamp, lockFingerprint());
};

const generate = () => {
  const { status, stdout, stderr } = npm(['run', '--silent', 'generate'], 'pipe');
  if (status !== 0) fail(`npm run generate failed:\n${stdout}${stderr}`);
};

const [major] = process.versions.node.split('.').map(Number);
if (major < 20) fail(`Node 20 or newer is needed to install this project; this is ${process.version}.`);
if (!isInstalled()) install();
generate();
