import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { Api } from '../api/client.ts';
import { useApi } from '../api/context.tsx';
import { useLiveStatus } from '../live/live.tsx';
import { usePerson } from '../session/context.tsx';
import { kept } from '../session/kept.ts';
import { createUnsentStore } from '../session/unsent.ts';
import { now } from '../time/clock.ts';
import { createOutbox, type Outbox, type Outgoing } from './outbox.ts';

const outboxes = new WeakMap<Api, Outbox>();

/** One for each person who signed in: it goes on while they look at another conversation. */
const useWholeOutbox = (): Outbox => {
  const api = useApi();
  const person = usePerson();
  return useMemo(() => {
    const found = outboxes.get(api) ?? createOutbox({ api, store: createUnsentStore(kept, person), now });
    outboxes.set(api, found);
    return found;
  }, [api, person]);
};

export const useOutbox = (conversationId: string): readonly [readonly Outgoing[], Outbox] => {
  const outbox = useWholeOutbox();
  return [useSyncExternalStore(outbox.subscribe, () => outbox.of(conversationId)), outbox];
};

const AGAIN_MS = 15_000;

/** Goes on with what an earlier page left, and again whenever the line is up; while it is, also with what a service could not take. */
export const useOutboxUpkeep = (): void => {
  const outbox = useWholeOutbox();
  const isLive = useLiveStatus() === 'live';
  useEffect(() => {
    outbox.goOn();
    addEventListener('online', outbox.goOn);
    const timer = isLive ? setInterval(outbox.goOn, AGAIN_MS) : undefined;
    return () => {
      removeEventListener('online', outbox.goOn);
      clearInterval(timer);
    };
  }, [outbox, isLive]);
};
