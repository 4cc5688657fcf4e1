import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import type { GenericContainer, StartedNetwork } from 'testcontainers';

const IMAGES = {
  kafka: { variable: 'KAFKA_IMAGE', name: 'apache/kafka:4.3.1' },
  registry: { variable: 'REGISTRY_IMAGE', name: 'apicurio/apicurio-registry:3.0.9' },
  postgres: { variable: 'POSTGRES_IMAGE', name: 'postgres:18-alpine' },
} as const;

export type Image = keyof typeof IMAGES;

export interface Storage {
  /** Names the volume; nothing is written to this folder itself. */
  readonly folder: string;
  readonly target: string;
}

export interface ContainerOptions {
  readonly image: Image;
  readonly port: { readonly container: number; readonly host: number };
  readonly storage?: Storage | undefined;
  /** The network of containers that speak to each other; there this one's name is that of its image. */
  readonly network?: StartedNetwork | undefined;
}

/** Under this name a container reaches the machine that it runs on. */
export const MACHINE = 'host.docker.internal';

/** Why containers cannot be used here, or null when they can: an engine answers and has the images or can fetch them. */
export const containersUnavailable = async (): Promise<string | null> => {
  const { getContainerRuntimeClient, ImageName } = await import('testcontainers');
  let client: Awaited<ReturnType<typeof getContainerRuntimeClient>>;
  try {
    client = await getContainerRuntimeClient();
  } catch {
    return 'no container engine answers';
  }
  for (const image of Object.keys(IMAGES) as Image[]) {
    const name = ImageName.fromString(imageName(image));
    await client.image.pull(name).catch(() => undefined);
    if (!(await client.image.exists(name))) return `the container engine cannot fetch the image ${name.string}`;
  }

  return null;
};

/** The address at which this machine reaches published ports. */
export const engineHost = async (): Promise<string> => {
  const { getContainerRuntimeClient } = await import('testcontainers');
  const { host } = (await getContainerRuntimeClient()).info.containerRuntime;

  return host === 'localhost' ? '127.0.0.1' : host;
};

/** A container that counts as started at its first line of output: what follows asks the server itself. */
export const openContainer = async ({ image, port, storage, network }: ContainerOptions): Promise<GenericContainer> => {
  const { GenericContainer, Wait } = await import('testcontainers');
  const container = new GenericContainer(imageName(image))
    .withExposedPorts(port)
    .withExtraHosts([{ host: MACHINE, ipAddress: 'host-gateway' }])
    .withWaitStrategy(Wait.forLogMessage(/\S/));
  if (network) container.withNetwork(network).withNetworkAliases(image);
  if (storage) container.withBindMounts([{ source: volumeName(storage.folder), target: storage.target, mode: 'rw' }]);

  return container;
};

export const createNetwork = async (): Promise<StartedNetwork> => {
  const { Network } = await import('testcontainers');

  return new Network().start();
};

/** Removes the volume that stands for the folder; nothing happens when there is none, or no engine. */
export const removeVolume = async (folder: string): Promise<void> => {
  const { getContainerRuntimeClient } = await import('testcontainers');
  const client = await getContainerRuntimeClient().catch(() => null);
  await client?.container.dockerode
    .getVolume(volumeName(folder))
    .remove()
    .catch((error: { statusCode?: number }) => {
      if (error.statusCode !== 404) throw error;
    });
};

const imageName = (image: Image): string => process.env[IMAGES[image].variable] || IMAGES[image].name;

const volumeName = (folder: string): string => {
  const path = resolve(folder);

  return `tiktok-channel-${createHash('sha256').update(path).digest('hex').slice(0, 12)}-${basename(path)}`;
};
