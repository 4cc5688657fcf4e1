import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { apply, applyManifests, kubectl, NAMESPACE, namesOf } from './kubectl.ts';
import { say } from './say.ts';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
export const OVERLAY = 'k8s/overlays/local';
const VERSION = '0.1.0';
const IMAGES = ['ingress', 'auth', 'conversation', 'outbound', 'console', 'operator', 'tiktok-simulator'];
export const SERVICES = 'app.kubernetes.io/component=service';
const PATIENCE = '--timeout=900s';

const split = (command: string): readonly [string, ...string[]] =>
  command.split(/\s+/).filter((word) => word !== '') as [string, ...string[]];

/**
 * Builds the images where the cluster finds them. `CLUSTER_IMAGE_BUILD` builds one (`docker build` unless set; `none`: they
 * are there), and `CLUSTER_IMAGE_LOAD` brings one to the nodes, such as `kind load docker-image`.
 */
const buildImages = async (): Promise<void> => {
  const { CLUSTER_IMAGE_BUILD: build = 'docker build', CLUSTER_IMAGE_LOAD: load = '' } = process.env;
  if (build === 'none') return;
  for (const service of IMAGES) {
    say(`building ${service}`);
    const image = `tiktok-channel/${service}:${VERSION}`;
    const [file, ...before] = split(build);
    const args = ['-f', 'deploy/Dockerfile', '--build-arg', `SERVICE=${service}`, '-t', image, '.'];
    await execa(file, [...before, ...args], { cwd: REPOSITORY });
    if (load !== '') await execa(split(load)[0], [...split(load).slice(1), image], { cwd: REPOSITORY });
  }
};

let deployed: Promise<void> | undefined;

/** The images and the local overlay, once in a run. */
export const deployOnce = (): Promise<void> => {
  deployed ??= buildImages().then(deploy);
  return deployed;
};

/** The local overlay, its Secrets if there are none, and pods that drive and look around; until all is ready. */
const deploy = async (): Promise<void> => {
  await apply('-f', `${OVERLAY}/namespace.yaml`);
  if ((await namesOf('secret', '')).length === 0) {
    const { stdout } = await execa(process.execPath, [`${REPOSITORY}${OVERLAY}/secrets.js`]);
    await applyManifests(stdout);
  }
  // A job's pods cannot be changed, only made again.
  await kubectl(['delete', 'jobs', '--all', '--wait=true']);
  await apply('-k', OVERLAY);
  await applyManifests(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [driverPod, strangerPod] }));
  say('waiting for the jobs');
  await kubectl(['wait', 'job', '--all', '--for=condition=Complete', PATIENCE]);
  await rolledOut();
  await kubectl(['wait', 'pod', 'driver', 'stranger', '--for=condition=Ready', PATIENCE]);
};

export const rolledOut = async (): Promise<void> => {
  for (const deployment of await namesOf('deployment', SERVICES)) {
    say(`waiting for ${deployment}`);
    await kubectl(['rollout', 'status', deployment, PATIENCE]);
  }
};

const podOf = (name: string, labels: Readonly<Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: NAMESPACE, labels },
  spec: {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 0,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'node',
        image: `tiktok-channel/console:${VERSION}`,
        args: ['--eval', 'setInterval(() => {}, 60_000)'],
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
      },
    ],
  },
});

/** It is let in where the gateway is: it stands for TikTok and for people's browsers. */
const driverPod = podOf('driver', { 'tiktok-channel.dev/gateway': 'true' });
/** Anything else that runs in the cluster. */
const strangerPod = podOf('stranger', {});
