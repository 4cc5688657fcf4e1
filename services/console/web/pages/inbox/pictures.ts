/** A picture that is to be sent, as its file is. */
export interface Picture {
  readonly key: string;
  readonly file: File;
}

/** What was chosen in each conversation, in the order in which it will be sent. It lives as long as the page: files cannot be kept. */
export interface PictureTray {
  of(conversationId: string): readonly Picture[];
  subscribe(listener: () => void): () => void;
  add(conversationId: string, files: readonly File[]): void;
  remove(conversationId: string, key: string): void;
  /** One place earlier. */
  advance(conversationId: string, key: string): void;
  clear(conversationId: string): void;
}

const NONE: readonly Picture[] = [];

export const createPictureTray = (): PictureTray => {
  const lists = new Map<string, readonly Picture[]>();
  const listeners = new Set<() => void>();
  const of = (conversationId: string): readonly Picture[] => lists.get(conversationId) ?? NONE;
  const put = (conversationId: string, list: readonly Picture[]): void => {
    if (list.length === 0) lists.delete(conversationId);
    else lists.set(conversationId, list);
    for (const listener of listeners) listener();
  };
  return {
    of,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    add: (conversationId, files) =>
      put(conversationId, [...of(conversationId), ...files.map((file) => ({ key: crypto.randomUUID(), file }))]),
    remove: (conversationId, key) =>
      put(
        conversationId,
        of(conversationId).filter((picture) => picture.key !== key),
      ),
    advance: (conversationId, key) => put(conversationId, advanced(of(conversationId), key)),
    clear: (conversationId) => put(conversationId, NONE),
  };
};

const advanced = (list: readonly Picture[], key: string): readonly Picture[] => {
  const at = list.findIndex((picture) => picture.key === key);
  const [picture, before] = [list[at], list[at - 1]];
  return picture === undefined || before === undefined ? list : list.toSpliced(at - 1, 2, picture, before);
};
