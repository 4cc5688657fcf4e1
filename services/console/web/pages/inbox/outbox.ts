import { type Api, bodyOf } from '../../api/client.ts';
import { isPassing, refusedHere, tellsNothing } from '../../api/problem.ts';
import type { Reply } from '../../api/types.ts';
import type { Unsent, UnsentStore } from '../../session/unsent.ts';

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

/** One message after the other in each conversation; what is refused holds up those behind it until somebody decides. */
export const createOutbox = ({ api, store, now }: Dependencies): Outbox => {
  const lanes = new Map<string, readonly Outgoing[]>(
    Map.groupBy(
      store.all().map((unsent) => leftBehind(unsent, now())),
      ({ conversationId }) => conversationId,
    ),
  );
  const busy = new Set<string>();
  const listeners = new Set<() => void>();
  const of = (conversationId: string): readonly Outgoing[] => lanes.get(conversationId) ?? NONE;
  const put = (conversationId: string, items: readonly Outgoing[]): void => {
    lanes.set(conversationId, items);
    for (const listener of listeners) listener();
  };
  const change = ({ conversationId, key }: Outgoing, changes: Partial<Outgoing>): void => {
    const items = of(conversationId).map((item) => (item.key === key ? { ...item, ...changes } : item));
    const changed = items.find((item) => item.key === key);
    if (changed?.state === 'accepted') store.drop(changed);
    else if (changed !== undefined) store.keep(unsentOf(changed));
    put(conversationId, items);
  };

  const attempt = async (item: Outgoing): Promise<void> => {
    try {
      await sendOne(api, item, (changes) => change(item, changes));
    } catch (error) {
      change(item, { state: 'refused', error, ...(tellsNothing(error) ? {} : { wasTried: item.wasTried }) });
    }
  };
  const work = async (conversationId: string): Promise<void> => {
    if (busy.has(conversationId)) return;
    busy.add(conversationId);
    for (let item = nextOf(of(conversationId)); item !== null; item = nextOf(of(conversationId))) await attempt(item);
    busy.delete(conversationId);
  };
  const again = (conversationId: string, isDue: (item: Outgoing) => boolean): void => {
    for (const item of of(conversationId)) {
      if (item.state === 'refused' && isDue(item)) change(item, { state: 'waiting', error: null });
    }
    void work(conversationId);
  };

  return {
    of,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    send: (conversationId, contents) => {
      const added = contents.map((content, order) => outgoing({ conversationId, content, order, queuedAt: now() }));
      for (const item of added) store.keep(unsentOf(item));
      put(conversationId, [...of(conversationId), ...added]);
      void work(conversationId);
    },
    goOn: () => {
      for (const conversationId of lanes.keys()) again(conversationId, ({ error }) => isPassing(error));
    },
    retry: (conversationId, key) => again(conversationId, (item) => item.key === key),
    discard: (conversationId, key) => {
      store.drop({ conversationId, key });
      put(
        conversationId,
        of(conversationId).filter((item) => item.key !== key),
      );
      void work(conversationId);
    },
    forget: (conversationId, replyIds) => {
      const left = of(conversationId).filter(({ replyId }) => replyId === null || !replyIds.has(replyId));
      if (left.length < of(conversationId).length) put(conversationId, left);
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

const sendOne = async (
  api: Dependencies['api'],
  { key, conversationId, content, mediaId }: Outgoing,
  tell: (changes: Partial<Outgoing>) => void,
): Promise<void> => {
  let uploaded = mediaId;
  if (content.kind === 'image' && uploaded === null) {
    tell({ state: 'uploading' });
    uploaded = await upload(api, content.file);
    tell({ mediaId: uploaded });
  }
  tell({ state: 'sending', wasTried: true });
  const body = content.kind === 'text' ? { text: content.text } : { mediaId: uploaded };
  const reply: Reply = await bodyOf(
    api.conversations.POST('/v1/conversations/{conversationId}/replies', {
      params: { path: { conversationId }, header: { 'idempotency-key': key } },
      body,
    }),
  );
  tell({ state: 'accepted', replyId: reply.replyId });
};

const upload = async (api: Dependencies['api'], file: File): Promise<string> => {
  const form = new FormData();
  form.set('file', file);
  const response = await api.fetch('/v1/media', { method: 'POST', body: form });
  const { mediaId } = (await response.json()) as { readonly mediaId: string };
  return mediaId;
};
