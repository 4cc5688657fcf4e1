import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { createDesk } from '../runbooks.ts';
import { kubectl, NAMESPACE } from './kubectl.ts';

const TOKEN_SCRIPT = `const answer = await fetch('http://console:8080/local/token', { method: 'POST',
  headers: { 'content-type': 'application/json' }, body: JSON.stringify({ role: 'operator', accountId: 'operations' }) });
process.stdout.write((await answer.json()).token);`;

/** An overlay that is applied sends the command line home. */
export const startOperator = async (): Promise<void> => {
  await kubectl(['scale', 'deployment/operator', '--replicas=1']);
  await kubectl(['rollout', 'status', 'deployment/operator', '--timeout=300s']);
};

/** As an operator works with a cluster: kubectl in the product's namespace, and the command line in its pod (deploy/runbooks/README.md). */
export const openDesk = async () => {
  const token = await kubectl(['exec', 'driver', '--', 'node', '--input-type=module', '--eval', TOKEN_SCRIPT]);
  const { stdout: program } = await execa('sh', ['-c', 'command -v kubectl']);
  const folder = await mkdtemp(join(tmpdir(), 'desk-'));
  const script = async (name: string, command: string): Promise<void> => {
    await writeFile(join(folder, name), `#!/bin/sh\nexec ${program} --namespace ${NAMESPACE} ${command}\n`);
    await chmod(join(folder, name), 0o755);
  };
  await script('kubectl', '"$@"');
  await script(
    'tiktok-channel',
    'exec -i deployment/operator -- env OPERATOR_TOKEN="$OPERATOR_TOKEN" node src/main.ts "$@"',
  );
  const { KUBECONFIG = '', HOME = '' } = process.env;
  return {
    ...createDesk({ environment: { KUBECONFIG, HOME, OPERATOR_TOKEN: token }, programs: [folder] }),
    close: () => rm(folder, { recursive: true }),
  };
};

export type Desk = Awaited<ReturnType<typeof openDesk>>;
