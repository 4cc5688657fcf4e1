import { type Kept, keyFor, keysOf, type Owner } from './kept.ts';

/** What somebody sent and no service has accepted: kept beside the drafts until one has, so that no sign-in and no reload loses it. */
export interface Unsent {
  /** Also the idempotency key: whoever sends it again sends the same message. */
  readonly key: string;
  readonly conversationId: string;
  readonly content:
    | { readonly kind: 'text'; readonly text: string }
    /** The bytes of a picture are not kept. */
    | { readonly kind: 'lost_image'; readonly name: string };
  readonly queuedAt: number;
  /** Among those of the same moment. */
  readonly order: number;
  /** It was on its way once, and nobody said that it was refused. */
  readonly wasTried: boolean;
  /** Of a picture that was uploaded. */
  readonly mediaId: string | null;
}

type Named = Pick<Unsent, 'conversationId' | 'key'>;

export interface UnsentStore {
  /** In the order in which they were sent. */
  all(): readonly Unsent[];
  keep(unsent: Unsent): void;
  /** What was dropped meanwhile stays so. */
  renew(unsent: Unsent): void;
  drop(unsent: Named): void;
  /** False once it was dropped, be it in another window or by a sign-out. */
  has(unsent: Named): boolean;
  subscribe(listener: () => void): () => void;
}

/** One entry for each message: windows beside each other do not overwrite what the other one keeps. */
export const createUnsentStore = (kept: Kept, owner: Owner): UnsentStore => {
  const keyOf = ({ conversationId, key }: Named): string => keyFor('unsent', owner, conversationId, key);
  const has = (unsent: Named): boolean => kept.get(keyOf(unsent)) !== null;
  const keep = (unsent: Unsent): void => kept.set(keyOf(unsent), JSON.stringify(unsent));
  return {
    all: () =>
      keysOf(kept, 'unsent', owner)
        .flatMap((key) => read(kept.get(key)))
        .filter(has)
        .sort((one, other) => one.queuedAt - other.queuedAt || one.order - other.order),
    keep,
    renew: (unsent) => {
      if (has(unsent)) keep(unsent);
    },
    drop: (unsent) => kept.remove(keyOf(unsent)),
    has,
    subscribe: kept.subscribe,
  };
};

/** At once, so that nobody sees some of them gone and goes on with the others. */
export const forgetUnsent = (kept: Kept, owner: Owner): void => kept.remove(...keysOf(kept, 'unsent', owner));

const read = (stored: string | null): readonly Unsent[] => {
  try {
    return [JSON.parse(stored ?? '') as Unsent];
  } catch {
    // Not what this page wrote.
    return [];
  }
};
