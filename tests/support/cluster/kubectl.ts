import { execa } from 'execa';

export const NAMESPACE = 'tiktok-channel';
const REPOSITORY = new URL('../../../', import.meta.url);

interface Options {
  readonly input?: string;
}

/** Runs kubectl against the cluster of `KUBECONFIG`, in the product's namespace; answers what it prints. */
export const kubectl = async (args: readonly string[], { input }: Options = {}): Promise<string> => {
  const { stdout } = await execa('kubectl', ['--namespace', NAMESPACE, ...args], {
    cwd: REPOSITORY,
    ...(input === undefined ? {} : { input }),
  });
  return stdout;
};

export const apply = (...args: readonly string[]): Promise<string> =>
  kubectl(['apply', '--server-side', '--force-conflicts', ...args]);

export const applyManifests = (manifests: string): Promise<string> =>
  kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], { input: manifests });

export const namesOf = async (kind: string, selector: string): Promise<readonly string[]> =>
  (await kubectl(['get', kind, '--selector', selector, '--output', 'name'])).split('\n').filter((name) => name !== '');

/** One value of a Secret. */
export const secretValue = async (name: string, key: string): Promise<string> =>
  Buffer.from(await kubectl(['get', 'secret', name, '--output', `jsonpath={.data.${key}}`]), 'base64').toString();
