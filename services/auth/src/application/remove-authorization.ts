import type { Clock } from '@tiktok-channel/platform/kernel';
import { type StoredTokens, works } from '../domain/refresh-rules.ts';
import { type AuthorizationRemoval, isOfEarlierAuthorization } from '../domain/removal.ts';
import type { HandOutToken } from './hand-out-token.ts';
import type { Tokens } from './ports.ts';
import type { TikTok } from './tiktok-ports.ts';

/** `superseded`: somebody connected the channel anew meanwhile. */
export type RemovalOutcome =
  | {
      readonly kind: 'done';
      readonly outcome:
        | 'marked'
        | 'channel_unknown'
        | 'not_connected'
        | 'of_earlier_authorization'
        | 'still_authorized'
        | 'superseded';
    }
  /** TikTok does not say at the moment. */
  | { readonly kind: 'retry' };

interface Dependencies {
  readonly tokens: Pick<Tokens, 'read' | 'giveUp' | 'explainLoss'>;
  readonly tiktok: Pick<TikTok, 'inspect'>;
  readonly handOutToken: HandOutToken;
  readonly clock: Clock;
}

export type RemoveAuthorization = (removal: AuthorizationRemoval) => Promise<RemovalOutcome>;

const RETRY: RemovalOutcome = { kind: 'retry' };
const done = (outcome: Extract<RemovalOutcome, { kind: 'done' }>['outcome']): RemovalOutcome => ({
  kind: 'done',
  outcome,
});

/** A notice proves nothing: it may be late or repeated. Only TikTok's refusal of the token that we hold marks the channel. */
export const createRemoveAuthorization =
  (dependencies: Dependencies): RemoveAuthorization =>
  async (removal) => {
    const known = await dependencies.tokens.read(removal.channelId);
    if (known === null) return done('channel_unknown');
    const { channel, tokens: stored } = known;
    // A channel that was disconnected has none.
    if (stored === null) return done('not_connected');
    if (isOfEarlierAuthorization(removal, channel)) return done('of_earlier_authorization');

    if (works(stored, dependencies.clock.now())) return confirm(dependencies, removal, stored);
    // It is lost already, and the notice says why. That proves nothing: if our own settings were the cause, it still comes back.
    if (channel.status === 'needs_reauthorization') return mark(dependencies, removal, stored.version, 'explainLoss');

    // What has ended by itself proves nothing either: a renewed one will, or TikTok's refusal to renew it.
    await dependencies.handOutToken(removal.channelId);
    return RETRY;
  };

const confirm = async (
  dependencies: Dependencies,
  removal: AuthorizationRemoval,
  { accessToken, version }: StoredTokens,
): Promise<RemovalOutcome> => {
  const { kind } = await dependencies.tiktok.inspect(removal.channelId, accessToken);
  switch (kind) {
    case 'taken':
      return done('still_authorized');
    case 'refused':
      return mark(dependencies, removal, version, 'giveUp');
    case 'unavailable':
      return RETRY;
  }
};

const mark = async (
  { tokens, clock }: Dependencies,
  { channelId, reason }: AuthorizationRemoval,
  version: number,
  how: 'giveUp' | 'explainLoss',
): Promise<RemovalOutcome> => {
  const isMarked = await tokens[how](channelId, version, { type: 'RecordTokenLoss', reason, atMs: clock.now() });
  return done(isMarked ? 'marked' : 'superseded');
};
