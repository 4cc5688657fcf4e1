import { useSyncExternalStore } from 'react';
import { type Kept, kept, keyFor, keysOf, type Owner } from './kept.ts';

/** What somebody began to write and has not sent, by conversation: kept on this machine over reloads, and gone with the sign-out. */
export const useDraft = (owner: Owner, conversationId: string): readonly [string, (text: string) => void] => {
  const key = keyFor('draft', owner, conversationId);
  const text = useSyncExternalStore(kept.subscribe, () => kept.get(key) ?? '');
  const write = (next: string): void => {
    if (next === '') kept.remove(key);
    else kept.set(key, next);
  };
  return [text, write];
};

export const forgetDrafts = (from: Kept, owner: Owner): void => from.remove(...keysOf(from, 'draft', owner));
