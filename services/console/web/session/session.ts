import { useSyncExternalStore } from 'react';
import { now } from '../time/clock.ts';
import type { Config } from './config.ts';
import { forgetDrafts } from './drafts.ts';
import type { Kept } from './kept.ts';
import { NothingKeptError, type OpenId, RETURN_PATH, SIGNED_OUT_PATH, type Tokens } from './openid.ts';
import { type Person, personOf } from './person.ts';
import { forgetUnsent } from './unsent.ts';

/**
 * `signedOut`: nobody is signed in, for the reason that the provider gave, if any. `ended`: somebody was, and what they see stays
 * until they sign in again.
 */
export type Session =
  | { readonly status: 'starting' }
  | { readonly status: 'signedOut'; readonly reason: string | null }
  | { readonly status: 'signedIn'; readonly person: Person }
  | { readonly status: 'ended'; readonly person: Person };

export interface Sessions {
  current(): Session;
  subscribe(listener: () => void): () => void;
  /** Finds out who is there; leaves the page once to ask the provider, and comes back to the same place. */
  begin(): Promise<void>;
  signIn(): Promise<void>;
  signOut(): Promise<void>;
  /** A token for the services, renewed when its time is nearly up. Null when nobody is signed in. */
  bearer(): Promise<string | null>;
  /** A service refused this token: another one, or null when there is none; the session may go on all the same. */
  bearerAfter(refused: string): Promise<string | null>;
}

const RENEW_BEFORE_MS = 30_000;
/** Answers of a provider that would have to show a page. */
const NEEDS_A_PERSON = new Set([
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
]);

/** Tokens live in this closure and nowhere else. */
export const createSessions = (openId: OpenId, config: Config, kept: Kept): Sessions => {
  let session: Session = { status: 'starting' };
  let tokens: Tokens | null = null;
  let renewal: Promise<void> | null = null;
  const listeners = new Set<() => void>();
  const become = (next: Session): void => {
    session = next;
    for (const listener of listeners) listener();
  };
  const signedIn = (next: Tokens): void => {
    const person = personOf(next.accessToken, next.idClaims, config.oidc.claims);
    tokens = person === null ? null : next;
    become(person === null ? { status: 'signedOut', reason: 'no_role' } : { status: 'signedIn', person });
  };
  const end = (): void => {
    tokens = null;
    if (session.status === 'signedIn') become({ status: 'ended', person: session.person });
  };
  const renew = async (): Promise<void> => {
    const previous = tokens;
    if (previous === null) return;
    try {
      const renewed = await openId.renew(previous);
      // Nobody is signed in anew who signed out meanwhile.
      if (tokens !== previous) return;
      if (renewed === null) end();
      else signedIn(renewed);
    } catch {
      // Out of reach is not refused: the old token may do for a while, and the renewal is asked for again.
    }
  };
  const renewOnce = (): Promise<void> => {
    renewal ??= renew().finally(() => {
      renewal = null;
    });
    return renewal;
  };
  const leave = async (options: { readonly isSilent: boolean }): Promise<void> => {
    try {
      await openId.leaveToSignIn(placeNow(), options);
    } catch (error) {
      const reason = error instanceof NothingKeptError ? 'nothing_kept' : 'provider_unreachable';
      become({ status: 'signedOut', reason });
    }
  };

  return {
    current: () => session,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    begin: async () => {
      if (location.pathname === SIGNED_OUT_PATH) return become({ status: 'signedOut', reason: 'signed_out' });
      if (location.pathname !== RETURN_PATH) return leave({ isSilent: true });
      const returned = await openId.readReturn();
      history.replaceState(null, '', placeOf(returned?.returnTo));
      if (returned?.kind === 'signedIn') return signedIn(returned.tokens);
      const reason = returned === null || NEEDS_A_PERSON.has(returned.error) ? null : returned.error;
      become({ status: 'signedOut', reason });
    },
    signIn: () => leave({ isSilent: false }),
    signOut: async () => {
      tokens = null;
      if (session.status === 'signedIn' || session.status === 'ended') {
        forgetDrafts(kept, session.person);
        forgetUnsent(kept, session.person);
      }
      await openId.leaveToSignOut().catch(() => become({ status: 'signedOut', reason: 'provider_unreachable' }));
    },
    bearer: async () => {
      if (tokens !== null && now() > tokens.expiresAt - RENEW_BEFORE_MS) await renewOnce();
      return tokens?.accessToken ?? null;
    },
    bearerAfter: async (refused) => {
      if (tokens?.accessToken === refused) await renewOnce();
      return tokens?.accessToken === refused ? null : (tokens?.accessToken ?? null);
    },
  };
};

const placeNow = (): string =>
  [RETURN_PATH, SIGNED_OUT_PATH].includes(location.pathname) ? '/' : `${location.pathname}${location.search}`;

/** A place of this page alone: two slashes would lead to another site. */
const placeOf = (returnTo: string | undefined): string =>
  returnTo?.startsWith('/') && !returnTo.startsWith('//') ? returnTo : '/';

export const useSession = (sessions: Sessions): Session => useSyncExternalStore(sessions.subscribe, sessions.current);
