import { createContext, type ReactNode, useContext } from 'react';
import type { Api } from './client.ts';

const Context = createContext<Api | null>(null);

export const ApiProvider = ({ api, children }: { readonly api: Api; readonly children: ReactNode }) => (
  <Context.Provider value={api}>{children}</Context.Provider>
);

export const useApi = (): Api => {
  const api = useContext(Context);
  if (api === null) throw new Error('used outside of an ApiProvider');
  return api;
};
