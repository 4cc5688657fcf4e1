import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPromtool } from '@tiktok-channel/deploy-check';
import { eventually } from '@tiktok-channel/platform/testing';
import { parse, stringify } from 'yaml';

const ALERTS = new URL('../../deploy/alerts/', import.meta.url);

export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

export const readRules = async (name: 'recording' | 'alerts'): Promise<RuleFile> =>
  parse(await readFile(new URL(`${name}.rules.yaml`, ALERTS), 'utf8')) as RuleFile;

/** The rules with shorter times, so that a test need not wait for what a night's watch waits for. */
export const hurried = ({ groups }: RuleFile): RuleFile => ({
  groups: groups.map(({ name, rules }) => ({
    name,
    rules: rules.map(({ for: _for, ...rule }) => ({
      ...rule,
      expr: rule.expr
        .replaceAll(/\[(?:10m|30m|1h)\]/g, '[8s]')
        .replaceAll(/offset 30m/g, 'offset 8s')
        .replaceAll('_stalled:max_seconds > 300', '_stalled:max_seconds > 3')
        .replaceAll('longest_transaction) > 120', 'longest_transaction) > 3'),
    })),
  })),
});

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Prometheus {
  query(expr: string): Promise<readonly Sample[]>;
  /** Names of the alerts that fire. */
  firing(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** A real Prometheus that scrapes each target every second and evaluates the rules as often. */
export const startPrometheus = async (
  targets: Readonly<Record<string, string>>,
  rules: readonly RuleFile[],
): Promise<Prometheus> => {
  await openPromtool();
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
  for (const [index, file] of rules.entries()) await writeFile(join(folder, `${index}.rules.yaml`), stringify(file));
  await writeFile(join(folder, 'prometheus.yaml'), stringify(configOf(targets)));
  const port = await freePort();
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    const body = (await response.json()) as {
      readonly status: string;
      readonly data: unknown;
      readonly error?: string;
    };
    if (body.status !== 'success') throw new Error(`${path}: ${body.error}`);
    return body.data;
  };
  try {
    await eventually('Prometheus is ready', async () => (await fetch(`http://127.0.0.1:${port}/-/ready`)).ok, {
      withinMs: 60_000,
    });
  } catch (error) {
    await end(child);
    throw error;
  }
  return {
    async query(expr) {
      const { result } = (await get(`/api/v1/query?query=${encodeURIComponent(expr)}`)) as {
        readonly result: readonly { readonly metric: Sample['metric']; readonly value: readonly [number, string] }[];
      };
      return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    async firing() {
      const { alerts } = (await get('/api/v1/alerts')) as {
        readonly alerts: readonly { readonly labels: Readonly<Record<string, string>>; readonly state: string }[];
      };
      return alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels.alertname ?? '');
    },
    async stop() {
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const configOf = (targets: Readonly<Record<string, string>>) => ({
  global: { scrape_interval: '1s', evaluation_interval: '1s' },
  rule_files: ['*.rules.yaml'],
  scrape_configs: Object.entries(targets).map(([job, url]) => ({
    job_name: job,
    static_configs: [{ targets: [new URL(url).host] }],
  })),
});

const end = async (child: ChildProcess): Promise<void> => {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
};

const freePort = async (): Promise<number> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
};
