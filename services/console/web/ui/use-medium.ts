import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useApi } from '../api/context.tsx';
import { mediaQuery } from '../api/queries.ts';

export interface LoadedMedium {
  /** An address that the page may show; null while it is being loaded. */
  readonly url: string | null;
  readonly isFailed: boolean;
  readonly reload: () => void;
}

/** Loads a medium of ours with the person's token, which no address may carry. */
export const useMedium = (mediaUrl: string | null): LoadedMedium => {
  const api = useApi();
  const query = useQuery({ ...mediaQuery(api, mediaUrl ?? '/'), enabled: mediaUrl !== null });
  return { url: useObjectUrl(query.data), isFailed: query.isError, reload: () => void query.refetch() };
};

export const useObjectUrl = (blob: Blob | undefined): string | null => {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (blob === undefined) return;
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return url;
};
