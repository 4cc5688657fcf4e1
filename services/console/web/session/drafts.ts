import { useSyncExternalStore } from 'react';

/** What somebody began to write and has not sent, by conversation: kept on this machine over reloads, and gone with the sign-out. */
const PREFIX = 'draft:';
const listeners = new Set<() => void>();

const tell = (): void => {
  for (const listener of listeners) listener();
};
const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export interface DraftOwner {
  readonly accountId: string;
  readonly userId: string;
}

const keyOf = ({ accountId, userId }: DraftOwner, conversationId: string): string =>
  `${PREFIX}${JSON.stringify([accountId, userId, conversationId])}`;

export const useDraft = (owner: DraftOwner, conversationId: string): readonly [string, (text: string) => void] => {
  const key = keyOf(owner, conversationId);
  const text = useSyncExternalStore(subscribe, () => localStorage.getItem(key) ?? '');
  const write = (next: string): void => {
    if (next === '') localStorage.removeItem(key);
    else localStorage.setItem(key, next);
    tell();
  };
  return [text, write];
};

export const forgetDrafts = (): void => {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  tell();
};
