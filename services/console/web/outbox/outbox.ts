import { type Api, bodyOf } from '../api/client.ts';
import { isPassing, refusedHere, tellsNothing } from '../api/problem.ts';
import type { Reply } from '../api/types.ts';
import type { Unsent, UnsentStore } from '../session/unsent.ts';

/** What somebody sent and the service has not accepted yet, or has accepted and does not show yet. */
export interface Outgoing extends Omit<Unsent, 'content'> {
  readonly content: Unsent['content'] | { readonly kind: 'image'; readonly file: File };
  readonly state: 'waiting' | 'uploading' | 'sending' | 'accepted' | 'refused';
  readonly error: unknown;
  readonly replyId: string | null;
}

/** What can be sent. */
export type OutgoingContent = Exclude<Outgoing['content'], { readonly kind: 'lost_image' }>;

export interface Outbox {
  of(conversationId: string): readonly Outgoing[];
  subscribe(listener: () => void): () => void;
  /** In this order, one after the other, as TikTok wants them. */
  send(conversationId: string, contents: readonly OutgoingContent[]): void;
  /** Sends what an earlier page left behind, and what failed for a reason that passes. */
  goOn(): void;
  retry(conversationId: string, key: string): void;
  discard(conversationId: string, key: string): void;
  /** The service shows these now. */
  forget(conversationId: string, replyIds: ReadonlySet<string>): void;
}

interface Dependencies {
  readonly api: Pick<Api, 'conversations' | 'fetch'>;
  readonly store: UnsentStore;
  readonly now: () => number;
}

const NONE: readonly Outgoing[] = [];

/** Older than that, whether it still fits what was said since is for its writer to say. */
const FRESH_MS = 3_600_000;

const RESTING: ReadonlySet<Outgoing['state']> = new Set(['waiting', 'refused']);

/** What is to be sent, by conversation and in its order; and the same in the store, where other windows and a sign-out may drop it. */
const createLanes = (store: UnsentStore, now: number) => {
  const lanes = new Map<string, readonly Outgoing[]>(
    Map.groupBy(
      store.all().map((unsent) => leftBehind(unsent, now)),
      ({ conversationId }) => conversationId,
    ),
  );
  const listeners = new Set<() => void>();
  const of = (conversationId: string): readonly Outgoing[] => lanes.get(conversationId) ?? NONE;
  const keepOnly = (conversationId: string, isLeft: (item: Outgoing) => boolean): boolean => {
    const left = of(conversationId).filter(isLeft);
    if (left.length === of(conversationId).length) return false;
    put(conversationId, left);
    return true;
  };
  const put = (conversationId: string, items: readonly Outgoing[]): void => {
    lanes.set(conversationId, items);
    for (const listener of listeners) listener();
  };
  /** What rests here and was dropped elsewhere goes; what is under way runs its course. */
  const sweep = (conversationId: string): boolean =>
    keepOnly(conversationId, (item) => !RESTING.has(item.state) || store.has(item));
  return {
    of,
    conversations: () => lanes.keys(),
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    sweep,
    keepOnly,
    add: (conversationId: string, added: readonly Outgoing[]): void => {
      for (const item of added) store.keep(unsentOf(item));
      put(conversationId, [...of(conversationId), ...added]);
    },
    change: ({ conversationId, key }: Outgoing, changes: Partial<Outgoing>): void => {
      const items = of(conversationId).map((item) => (item.key === key ? { ...item, ...changes } : item));
      const changed = items.find((item) => item.key === key);
      put(conversationId, items);
      if (changed?.state === 'accepted') store.drop(changed);
      else if (changed !== undefined) store.renew(unsentOf(changed));
      sweep(conversationId);
    },
    remove: ({ conversationId, key }: Pick<Outgoing, 'conversationId' | 'key'>): void => {
      store.drop({ conversationId, key });
      keepOnly(conversationId, (item) => item.key !== key);
    },
  };
};

/** One message after the other in each conversation; what is refused holds up those behind it until somebody decides. */
export const createOutbox = ({ api, store, now }: Dependencies): Outbox => {
  const lanes = createLanes(store, now());
  const { of, sweep, change, remove } = lanes;
  const busy = new Set<string>();
  const attempt = async (item: Outgoing): Promise<void> => {
    try {
      const mediaId = await mediumOf(api, item, (changes) => change(item, changes));
      // Dropped while its picture was on its way.
      if (!store.has(item)) return remove(item);
      change(item, { state: 'sending', wasTried: true });
      const { replyId } = await reply(api, item, mediaId);
      change(item, { state: 'accepted', replyId });
    } catch (error) {
      change(item, { state: 'refused', error, ...(tellsNothing(error) ? {} : { wasTried: item.wasTried }) });
    }
  };
  const next = (conversationId: string): Outgoing | null => {
    sweep(conversationId);
    return nextOf(of(conversationId));
  };
  const work = async (conversationId: string): Promise<void> => {
    if (busy.has(conversationId)) return;
    busy.add(conversationId);
    for (let item = next(conversationId); item !== null; item = next(conversationId)) await attempt(item);
    busy.delete(conversationId);
  };
  const again = (conversationId: string, isDue: (item: Outgoing) => boolean): void => {
    for (const item of of(conversationId)) {
      if (item.state === 'refused' && isDue(item)) change(item, { state: 'waiting', error: null });
    }
    void work(conversationId);
  };
  store.subscribe(() => {
    for (const conversationId of lanes.conversations()) if (sweep(conversationId)) void work(conversationId);
  });

  return {
    of,
    subscribe: lanes.subscribe,
    send: (conversationId, contents) => {
      lanes.add(
        conversationId,
        contents.map((content, order) => outgoing({ conversationId, content, order, queuedAt: now() })),
      );
      void work(conversationId);
    },
    goOn: () => {
      for (const conversationId of lanes.conversations()) again(conversationId, ({ error }) => isPassing(error));
    },
    retry: (conversationId, key) => again(conversationId, (item) => item.key === key),
    discard: (conversationId, key) => {
      remove({ conversationId, key });
      void work(conversationId);
    },
    forget: (conversationId, replyIds) => {
      lanes.keepOnly(conversationId, ({ replyId }) => replyId === null || !replyIds.has(replyId));
    },
  };
};

const outgoing = (sent: Pick<Outgoing, 'conversationId' | 'content' | 'order' | 'queuedAt'>): Outgoing => ({
  ...sent,
  key: crypto.randomUUID(),
  state: 'waiting',
  error: null,
  wasTried: false,
  mediaId: null,
  replyId: null,
});

const unsentOf = ({ key, conversationId, content, queuedAt, order, wasTried, mediaId }: Outgoing): Unsent => ({
  key,
  conversationId,
  content: content.kind === 'image' ? { kind: 'lost_image', name: content.file.name } : content,
  queuedAt,
  order,
  wasTried,
  mediaId,
});

/** As the page before this one left it: what can be sent and is no older than an hour goes by itself. */
const leftBehind = (unsent: Unsent, nowMs: number): Outgoing => {
  const isGone = unsent.content.kind === 'lost_image' && unsent.mediaId === null;
  const isOld = nowMs - unsent.queuedAt > FRESH_MS;
  const code = isGone ? 'picture_gone' : isOld ? 'left_behind' : null;
  return {
    ...unsent,
    state: code === null ? 'waiting' : 'refused',
    error: code === null ? null : refusedHere(code),
    replyId: null,
  };
};

/** Null when nothing waits, or when what is before it was refused. */
const nextOf = (items: readonly Outgoing[]): Outgoing | null => {
  const first = items.find(({ state }) => state === 'waiting' || state === 'refused');
  return first?.state === 'waiting' ? first : null;
};

/** Of a picture, which is uploaded unless it was before; null of a text. */
const mediumOf = async (
  api: Dependencies['api'],
  { content, mediaId }: Outgoing,
  tell: (changes: Partial<Outgoing>) => void,
): Promise<string | null> => {
  if (content.kind !== 'image' || mediaId !== null) return mediaId;
  tell({ state: 'uploading' });
  const uploaded = await upload(api, content.file);
  tell({ mediaId: uploaded });
  return uploaded;
};

const reply = (
  api: Dependencies['api'],
  { key, conversationId, content }: Outgoing,
  mediaId: string | null,
): Promise<Reply> =>
  bodyOf(
    api.conversations.POST('/v1/conversations/{conversationId}/replies', {
      params: { path: { conversationId }, header: { 'idempotency-key': key } },
      body: content.kind === 'text' ? { text: content.text } : { mediaId },
    }),
  );

const upload = async (api: Dependencies['api'], file: File): Promise<string> => {
  const form = new FormData();
  form.set('file', file);
  const response = await api.fetch('/v1/media', { method: 'POST', body: form });
  const { mediaId } = (await response.json()) as { readonly mediaId: string };
  return mediaId;
};
