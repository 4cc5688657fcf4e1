/**
 * What this browser keeps for the page over reloads. Where it keeps nothing, or has no more room, an entry lives as long as the
 * page: nobody is kept from writing for that.
 */
export interface Kept {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(...keys: readonly string[]): void;
  keys(): readonly string[];
  /** Told of every change, in this window or in another one. */
  subscribe(listener: () => void): () => void;
}

/** Of whom an entry is: several people may use one machine. */
export interface Owner {
  readonly accountId: string;
  readonly userId: string;
}

type Kind = 'draft' | 'unsent';

export const keyFor = (kind: Kind, { accountId, userId }: Owner, ...names: readonly string[]): string =>
  `${kind}:${JSON.stringify([accountId, userId, ...names])}`;

export const keysOf = (kept: Kept, kind: Kind, owner: Owner): readonly string[] => {
  const start = `${keyFor(kind, owner).slice(0, -1)},`;
  return kept.keys().filter((key) => key.startsWith(start));
};

type Windows = Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;

/** The storage is asked for anew at each use: where site data is blocked, even that throws. */
export const createKept = (storage: () => Storage, windows: Windows): Kept => {
  const inMemory = new Map<string, string>();
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const onOther = (event: Event): void => {
    const { key } = event as StorageEvent;
    if (key !== null) inMemory.delete(key);
    tell();
  };
  return {
    get: (key) => inMemory.get(key) ?? tried(() => storage().getItem(key), null),
    set: (key, value) => {
      inMemory.set(key, value);
      tried(() => {
        storage().setItem(key, value);
        inMemory.delete(key);
      }, undefined);
      tell();
    },
    remove: (...keys) => {
      for (const key of keys) {
        inMemory.delete(key);
        tried(() => storage().removeItem(key), undefined);
      }
      tell();
    },
    keys: () => [...new Set([...tried(() => keysIn(storage()), []), ...inMemory.keys()])],
    subscribe: (listener) => {
      if (listeners.size === 0) windows.addEventListener('storage', onOther);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) windows.removeEventListener('storage', onOther);
      };
    },
  };
};

const keysIn = (storage: Storage): readonly string[] =>
  Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '');

const tried = <T>(use: () => T, otherwise: T): T => {
  try {
    return use();
  } catch {
    // Blocked or full.
    return otherwise;
  }
};

export const kept = createKept(() => localStorage, globalThis);
