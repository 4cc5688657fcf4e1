import { useMemo, useSyncExternalStore } from 'react';
import { type Api, bodyOf } from '../../api/client.ts';
import { ApiProblem } from '../../api/problem.ts';
import type { Reply } from '../../api/types.ts';

/** What somebody sent and the service has not accepted yet, or has accepted and does not show yet. */
export interface Outgoing {
  /** Also the idempotency key: however often it is sent, it is one message. */
  readonly key: string;
  readonly content: { readonly kind: 'text'; readonly text: string } | { readonly kind: 'image'; readonly file: File };
  readonly queuedAt: number;
  readonly state: 'waiting' | 'uploading' | 'sending' | 'accepted' | 'refused';
  readonly error: unknown;
  readonly mediaId: string | null;
  readonly replyId: string | null;
}

export interface Outbox {
  of(conversationId: string): readonly Outgoing[];
  subscribe(listener: () => void): () => void;
  /** In this order, one after the other, as TikTok wants them. */
  send(conversationId: string, contents: readonly Outgoing['content'][], nowMs: number): void;
  retry(conversationId: string, key: string): void;
  discard(conversationId: string, key: string): void;
  /** The service shows these now. */
  forget(conversationId: string, replyIds: ReadonlySet<string>): void;
}

const NONE: readonly Outgoing[] = [];

/** One message after the other in each conversation; what is refused holds up those behind it until somebody decides. */
export const createOutbox = (api: Api): Outbox => {
  const lanes = new Map<string, readonly Outgoing[]>();
  const busy = new Set<string>();
  const listeners = new Set<() => void>();
  const of = (conversationId: string): readonly Outgoing[] => lanes.get(conversationId) ?? NONE;
  const put = (conversationId: string, items: readonly Outgoing[]): void => {
    lanes.set(conversationId, items);
    for (const listener of listeners) listener();
  };
  const change = (conversationId: string, key: string, changes: Partial<Outgoing>): void =>
    put(
      conversationId,
      of(conversationId).map((item) => (item.key === key ? { ...item, ...changes } : item)),
    );

  const work = async (conversationId: string): Promise<void> => {
    if (busy.has(conversationId)) return;
    busy.add(conversationId);
    for (let item = nextOf(of(conversationId)); item !== null; item = nextOf(of(conversationId))) {
      const { key } = item;
      try {
        await sendOne(api, conversationId, item, (changes) => change(conversationId, key, changes));
      } catch (error) {
        change(conversationId, key, { state: 'refused', error });
      }
    }
    busy.delete(conversationId);
  };
  const retry = (conversationId: string, key: string): void => {
    change(conversationId, key, { state: 'waiting', error: null });
    void work(conversationId);
  };
  addEventListener('online', () => {
    for (const [conversationId, items] of lanes) {
      for (const { key, error } of items) {
        if (error instanceof ApiProblem && error.code === 'network') retry(conversationId, key);
      }
    }
  });

  return {
    of,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    send: (conversationId, contents, nowMs) => {
      const added = contents.map((content) => outgoing(content, nowMs));
      put(conversationId, [...of(conversationId), ...added]);
      void work(conversationId);
    },
    retry,
    discard: (conversationId, key) => {
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

const outgoing = (content: Outgoing['content'], queuedAt: number): Outgoing => ({
  key: crypto.randomUUID(),
  content,
  queuedAt,
  state: 'waiting',
  error: null,
  mediaId: null,
  replyId: null,
});

/** Null when nothing waits, or when what is before it was refused. */
const nextOf = (items: readonly Outgoing[]): Outgoing | null => {
  const first = items.find(({ state }) => state === 'waiting' || state === 'refused');
  return first?.state === 'waiting' ? first : null;
};

const sendOne = async (
  api: Api,
  conversationId: string,
  { key, content, mediaId }: Outgoing,
  tell: (changes: Partial<Outgoing>) => void,
): Promise<void> => {
  let uploaded = mediaId;
  if (content.kind === 'image' && uploaded === null) {
    tell({ state: 'uploading' });
    uploaded = await upload(api, content.file);
    tell({ mediaId: uploaded });
  }
  tell({ state: 'sending' });
  const body = content.kind === 'text' ? { text: content.text } : { mediaId: uploaded };
  const reply: Reply = await bodyOf(
    api.conversations.POST('/v1/conversations/{conversationId}/replies', {
      params: { path: { conversationId }, header: { 'idempotency-key': key } },
      body,
    }),
  );
  tell({ state: 'accepted', replyId: reply.replyId });
};

const upload = async (api: Api, file: File): Promise<string> => {
  const form = new FormData();
  form.set('file', file);
  const response = await api.fetch('/v1/media', { method: 'POST', body: form });
  const { mediaId } = (await response.json()) as { readonly mediaId: string };
  return mediaId;
};

const outboxes = new WeakMap<Api, Outbox>();

/** One for each person who signed in: it goes on while they look at another conversation. */
export const useOutbox = (api: Api, conversationId: string): readonly [readonly Outgoing[], Outbox] => {
  const outbox = useMemo(() => {
    const found = outboxes.get(api) ?? createOutbox(api);
    outboxes.set(api, found);
    return found;
  }, [api]);
  return [useSyncExternalStore(outbox.subscribe, () => outbox.of(conversationId)), outbox];
};
