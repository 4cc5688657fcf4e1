import { ALL_SCOPES } from '../domain/scopes.ts';
import type { EventType } from '../domain/webhook-events.ts';
import type { SwitchBoard } from './switch-board.ts';

export { EVENT_TYPES, type EventType } from '../domain/webhook-events.ts';

/** The one app of the simulator, as its owner sees it in TikTok's developer portal. */
export interface DeveloperApp {
  readonly appId: string;
  readonly appSecret: string;
  registration(): Registration;
  register(changes: Partial<Registration>): void;
  isRegistered(redirectUri: string): boolean;
  callbackUrl(eventType: EventType): string | null;
  /** Null without a subscription. */
  subscription(eventType: EventType): Subscription | null;
  /** Null ends the subscription. */
  subscribe(eventType: EventType, callbackUrl: string | null): void;
  /** Posts of a subscription to comments: those listed before stay. Without any, all posts are meant. */
  addItems(itemIds: readonly string[]): void;
  /** The subscription goes with its last post. */
  removeItems(itemIds: readonly string[]): void;
  isAllowedCallback(url: string): boolean;
}

interface Subscription {
  readonly callbackUrl: string;
  /** Of COMMENT only. */
  readonly itemIds: readonly string[];
}

interface Registration {
  readonly redirectUrls: readonly string[];
  readonly approvedScopes: readonly string[];
}

interface Options {
  readonly appId: string;
  readonly appSecret: string;
  readonly redirectUrls: readonly string[];
  readonly webhookUrl: string | null;
  readonly switches: SwitchBoard;
}

export const createDeveloperApp = ({ appId, appSecret, redirectUrls, webhookUrl, switches }: Options): DeveloperApp => {
  let registration: Registration = { redirectUrls, approvedScopes: ALL_SCOPES };
  const subscriptions = new Map<EventType, Subscription>();
  if (webhookUrl !== null) subscriptions.set('DIRECT_MESSAGE', { callbackUrl: webhookUrl, itemIds: [] });
  const setItems = (change: (itemIds: readonly string[]) => readonly string[]) => {
    const known = subscriptions.get('COMMENT');
    if (known !== undefined) subscriptions.set('COMMENT', { ...known, itemIds: change(known.itemIds) });
  };

  return {
    appId,
    appSecret,
    registration: () => registration,
    register: (changes) => {
      registration = { ...registration, ...changes };
    },
    isRegistered: (redirectUri) =>
      registration.redirectUrls.includes(redirectUri) && isRedirectAllowed(redirectUri, switches.now().local_addresses),
    callbackUrl: (eventType) => subscriptions.get(eventType)?.callbackUrl ?? null,
    subscription: (eventType) => subscriptions.get(eventType) ?? null,
    subscribe: (eventType, callbackUrl) => {
      const itemIds = subscriptions.get(eventType)?.itemIds ?? [];
      if (callbackUrl === null) subscriptions.delete(eventType);
      else subscriptions.set(eventType, { callbackUrl, itemIds });
    },
    addItems: (added) => setItems((itemIds) => [...new Set([...itemIds, ...added])]),
    removeItems: (removed) => {
      setItems((itemIds) => itemIds.filter((itemId) => !removed.includes(itemId)));
      if (subscriptions.get('COMMENT')?.itemIds.length === 0) subscriptions.delete('COMMENT');
    },
    isAllowedCallback: (url) => {
      const parsed = URL.parse(url);
      if (parsed === null) return false;
      return parsed.protocol === 'https:' || (parsed.protocol === 'http:' && switches.now().local_addresses);
    },
  };
};

/** Source of the rules: one study that quotes the portal: https, 10 to 512 characters, no query, fragment or port. */
const isRedirectAllowed = (redirectUri: string, allowsLocal: boolean): boolean => {
  const url = URL.parse(redirectUri);
  if (url === null || redirectUri.length < 10 || redirectUri.length > 512) return false;
  if (redirectUri.includes('?') || redirectUri.includes('#')) return false;

  // The text decides on the port: a parsed address hides the 443 of `https://…:443`.
  return allowsLocal ? /^https?:$/.test(url.protocol) : /^https:\/\/[^/:]+(\/|$)/.test(redirectUri);
};
