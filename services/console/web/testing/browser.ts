import { createKept, type Kept } from '../session/kept.ts';

interface Window {
  readonly storage: Storage;
  readonly events: EventTarget;
}

/** A browser's storage, of which only this much is used, and its windows: each is told what the others change. */
export const createBrowser = () => {
  const entries = new Map<string, string>();
  const windows: Window[] = [];
  let isFull = false;
  const write = (by: EventTarget, key: string, value: string | null): void => {
    if ((entries.get(key) ?? null) === value) return;
    if (value === null) entries.delete(key);
    else entries.set(key, value);
    for (const { events } of windows) {
      if (events !== by) events.dispatchEvent(Object.assign(new Event('storage'), { key, newValue: value }));
    }
  };
  const open = (): Window => {
    const events = new EventTarget();
    const storage: Storage = {
      get length() {
        return entries.size;
      },
      key: (index) => [...entries.keys()][index] ?? null,
      getItem: (key) => entries.get(key) ?? null,
      setItem: (key, value) => {
        if (isFull) throw new DOMException('full', 'QuotaExceededError');
        write(events, key, value);
      },
      removeItem: (key) => write(events, key, null),
      clear: () => entries.clear(),
    };
    windows.push({ storage, events });
    return { storage, events };
  };
  return {
    entries,
    window: (): Kept => {
      const { storage, events } = open();
      return createKept(() => storage, events);
    },
    fillUp: () => {
      isFull = true;
    },
  };
};
