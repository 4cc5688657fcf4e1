import type { DraftOwner } from './drafts.ts';

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

export interface UnsentStore {
  /** In the order in which they were sent. */
  all(): readonly Unsent[];
  keep(unsent: Unsent): void;
  drop(unsent: Pick<Unsent, 'conversationId' | 'key'>): void;
}

const PREFIX = 'unsent:';

/** One entry for each message: windows beside each other do not overwrite what the other one keeps. */
export const createUnsentStore = (storage: Storage, { accountId, userId }: DraftOwner): UnsentStore => {
  const keyOf = ({ conversationId, key }: Pick<Unsent, 'conversationId' | 'key'>): string =>
    `${PREFIX}${JSON.stringify([accountId, userId, conversationId, key])}`;
  return {
    all: () =>
      keysIn(storage)
        .flatMap((key) => read(storage, key))
        .filter((unsent) => storage.getItem(keyOf(unsent)) !== null)
        .sort((one, other) => one.queuedAt - other.queuedAt || one.order - other.order),
    keep: (unsent) => {
      try {
        storage.setItem(keyOf(unsent), JSON.stringify(unsent));
      } catch {
        // No room: it is sent all the same, and lives as long as the page.
      }
    },
    drop: (unsent) => storage.removeItem(keyOf(unsent)),
  };
};

export const forgetUnsent = (storage: Storage): void => {
  for (const key of keysIn(storage)) storage.removeItem(key);
};

const keysIn = (storage: Storage): readonly string[] =>
  Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '').filter((key) =>
    key.startsWith(PREFIX),
  );

const read = (storage: Storage, key: string): readonly Unsent[] => {
  try {
    return [JSON.parse(storage.getItem(key) ?? '') as Unsent];
  } catch {
    // Not what this page wrote.
    return [];
  }
};
