import { createContext, type ReactNode, useContext } from 'react';
import type { Config } from './config.ts';
import type { Person } from './person.ts';
import { type Sessions, useSession } from './session.ts';

interface Signed {
  readonly config: Config;
  readonly sessions: Sessions;
}

const Context = createContext<Signed | null>(null);

export const SessionProvider = ({ children, ...signed }: Signed & { readonly children: ReactNode }) => (
  <Context.Provider value={signed}>{children}</Context.Provider>
);

const useSigned = (): Signed => {
  const signed = useContext(Context);
  if (signed === null) throw new Error('used outside of a SessionProvider');
  return signed;
};

export const useConfig = (): Config => useSigned().config;
export const useSessions = (): Sessions => useSigned().sessions;

/** Who is signed in, or was until a moment ago. Pages are shown to nobody else. */
export const usePerson = (): Person => {
  const session = useSession(useSessions());
  if (session.status !== 'signedIn' && session.status !== 'ended') throw new Error('used before somebody signed in');
  return session.person;
};
