import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { useApi } from '../api/context.tsx';
import { createEventApplier } from './apply-events.ts';
import { followEvents, type LiveStatus } from './event-stream.ts';

const Context = createContext<LiveStatus>('connecting');

/** Keeps everything that is shown up to date for as long as it is mounted. */
export const LiveUpdates = ({ children }: { readonly children: ReactNode }) => {
  const api = useApi();
  const queries = useQueryClient();
  const [status, setStatus] = useState<LiveStatus>('connecting');
  useEffect(
    () =>
      followEvents({
        open: (headers, signal) => api.fetch('/v1/events', { headers, signal }),
        onEvent: createEventApplier(api, queries),
        onStatus: setStatus,
      }),
    [api, queries],
  );
  return <Context.Provider value={status}>{children}</Context.Provider>;
};

export const useLiveStatus = (): LiveStatus => useContext(Context);
