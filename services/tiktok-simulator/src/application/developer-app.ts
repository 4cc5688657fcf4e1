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
  /** Null ends the subscription. */
  subscribe(eventType: EventType, callbackUrl: string | null): void;
  isAllowedCallback(url: string): boolean;
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
  const callbacks = new Map<EventType, string>();
  if (webhookUrl !== null) callbacks.set('DIRECT_MESSAGE', webhookUrl);

  return {
    appId,
    appSecret,
    registration: () => registration,
    register: (changes) => {
      registration = { ...registration, ...changes };
    },
    isRegistered: (redirectUri) =>
      registration.redirectUrls.includes(redirectUri) && isRedirectAllowed(redirectUri, switches.now().local_addresses),
    callbackUrl: (eventType) => callbacks.get(eventType) ?? null,
    subscribe: (eventType, callbackUrl) => {
      if (callbackUrl === null) callbacks.delete(eventType);
      else callbacks.set(eventType, callbackUrl);
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

  return allowsLocal ? /^https?:$/.test(url.protocol) : url.protocol === 'https:' && url.port === '';
};
