import { rename, rm, writeFile } from 'node:fs/promises';

/** `history` is ingress's second process. */
export const SERVICES = ['ingress', 'history', 'auth', 'conversation', 'outbound', 'console'] as const;
export type ServiceName = (typeof SERVICES)[number];
/** Everything that the product runs; its dependencies apart. */
export type ProcessName = ServiceName | 'simulator';

/** What others call. History takes its requests from a topic; operators reach it through the public origin. */
type Open = Exclude<ProcessName, 'history'>;

/** The services that can run more than once. There is one history, since TikTok's requests are shared out by process. The console is the one public origin, and the simulator keeps all in its memory. */
export const REPLICATED = ['ingress', 'auth', 'conversation', 'outbound'] as const satisfies readonly ServiceName[];
export type ReplicatedName = (typeof REPLICATED)[number];
/** The first replica has the name of its service, each other one a number behind it: `ingress`, `ingress-2`. */
export type ReplicaName = ProcessName | `${ReplicatedName}-${number}`;

export interface ReplicaAddress {
  readonly name: ReplicaName;
  /** Base URLs. */
  readonly public: string;
  readonly internal: string;
  /** Null between a death and the next start. */
  readonly pid: number | null;
}

/**
 * What other tools rely on, as `.local/addresses.json` holds it. All but `kafka` and `postgres` are base URLs; those of a service
 * with replicas are of its first one that is up.
 */
export interface Addresses extends Readonly<Record<Open, string>> {
  /** The one public origin. */
  readonly public: string;
  readonly schemaRegistry: string;
  /** Health, metrics and service-to-service calls. */
  readonly internal: Readonly<Record<ServiceName, string>>;
  /** `host:port`. */
  readonly kafka: string;
  /** Connection URL without a database. */
  readonly postgres: string;
  /** The demo account's id. */
  readonly account: string;
  /** The demo channel's id. */
  readonly channel: string;
  readonly appId: string;
  readonly appSecret: string;
  readonly replicas: Readonly<Record<ReplicatedName, readonly ReplicaAddress[]>>;
  /** Ids of what runs, by name: one of each replica that lives. */
  readonly processes: Readonly<Partial<Record<ProcessName, readonly number[]>>>;
}

export interface AddressFile {
  write(addresses: Addresses): Promise<void>;
  remove(): Promise<void>;
}

/** Readers never see half a file, and the last write wins whatever the disk does. */
export const createAddressFile = (file: string): AddressFile => {
  let last: Promise<void> = Promise.resolve();
  const inOrder = (work: () => Promise<void>): Promise<void> => {
    last = last.catch(() => undefined).then(work);

    return last;
  };

  return {
    write: (addresses) =>
      inOrder(async () => {
        await writeFile(`${file}.new`, `${JSON.stringify(addresses, null, 2)}\n`);
        await rename(`${file}.new`, file);
      }),
    remove: () => inOrder(() => rm(file, { force: true })),
  };
};
