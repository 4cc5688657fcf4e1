import { useMemo, useSyncExternalStore } from 'react';
import type { Api } from '../../api/client.ts';
import { useApi } from '../../api/context.tsx';
import { createPictureTray, type Picture, type PictureTray } from './pictures.ts';

export interface Pictures {
  readonly list: readonly Picture[];
  add(files: readonly File[]): void;
  remove(key: string): void;
  advance(key: string): void;
  clear(): void;
}

const trays = new WeakMap<Api, PictureTray>();

/** One for each person who signed in. */
const trayOf = (api: Api): PictureTray => {
  const found = trays.get(api) ?? createPictureTray();
  trays.set(api, found);
  return found;
};

/** What was picked, pasted or dropped in a conversation: it is still there when one comes back to it. */
export const usePictures = (conversationId: string): Pictures => {
  const tray = trayOf(useApi());
  const list = useSyncExternalStore(tray.subscribe, () => tray.of(conversationId));
  return useMemo(
    () => ({
      list,
      add: (files) => tray.add(conversationId, files),
      remove: (key) => tray.remove(conversationId, key),
      advance: (key) => tray.advance(conversationId, key),
      clear: () => tray.clear(conversationId),
    }),
    [tray, conversationId, list],
  );
};
