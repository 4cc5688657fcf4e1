import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OVERLAY, SERVICES } from './deployed.ts';
import { kubectl, NAMESPACE } from './kubectl.ts';

/** kubectl takes overlays of this tree alone. */
const FOLDER = '.local';
const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/** The overlay of a version whose settings differ, so that every service is rolled out anew. */
export const nextVersion = async () => {
  await mkdir(join(REPOSITORY, FOLDER), { recursive: true });
  const folder = await mkdtemp(join(REPOSITORY, FOLDER, 'overlay-'));
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [`../../${OVERLAY}`],
    configMapGenerator: [{ name: 'settings', namespace: NAMESPACE, behavior: 'merge', literals: ['VERSION=next'] }],
  };
  await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
  return { overlay: folder.slice(REPOSITORY.length), remove: () => rm(folder, { recursive: true }) };
};

const TEMPLATE =
  '{range .items[*]}{.spec.template.spec.containers[0].envFrom[0].configMapRef.name} {.spec.replicas} {.status.updatedReplicas} {.status.readyReplicas}{"\\n"}{end}';

/** What the services have as settings; `under way` where not every pod of one is of its newest template and ready. */
export const versionsInPlace = async (): Promise<readonly string[]> => {
  const told = await kubectl(['get', 'deployment', '--selector', SERVICES, '--output', `jsonpath=${TEMPLATE}`]);
  const versions = told.split('\n').map((line) => {
    const [settings = '', wanted, updated, ready] = line.split(' ');
    return wanted === updated && wanted === ready ? settings : 'under way';
  });
  return [...new Set(versions)];
};
