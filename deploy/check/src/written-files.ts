import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { topicResources, userResources } from './kafka-resources.ts';

export const REPOSITORY = new URL('../../../', import.meta.url);

export interface WrittenFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly content: string;
}

/** Files that follow from others. They are committed, so that a cluster can be set up with nothing but kubectl; the check holds them equal. */
export const writtenFiles = async (): Promise<readonly WrittenFile[]> => [
  { path: 'k8s/components/kafka/topics.yaml', content: topicResources() },
  { path: 'k8s/components/kafka/users.yaml', content: userResources() },
  { path: 'k8s/components/monitoring/rules.yaml', content: await ruleResource() },
];

const ALERTS = 'deploy/alerts/';

/** Prometheus's own rule files, which promtool reads, in one `PrometheusRule`. */
const ruleResource = async (): Promise<string> => {
  const files = await readdir(fileURLToPath(new URL(ALERTS, REPOSITORY))).catch(() => []);
  const groups: unknown[] = [];
  for (const file of files.filter((name) => name.endsWith('.rules.yaml')).sort()) {
    const { groups: found } = parse(await readFile(new URL(`${ALERTS}${file}`, REPOSITORY), 'utf8')) as {
      groups: unknown[];
    };
    groups.push(...found);
  }
  const resource = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'tiktok-channel' },
    spec: { groups },
  };
  return `# Written by \`npm run deploy:write\` from deploy/alerts/*.rules.yaml.\n${stringify(resource, { lineWidth: 0 })}`;
};
