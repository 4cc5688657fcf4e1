import { createManualClock } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import type { Channel } from '../domain/channel.ts';
import type { StoredTokens } from '../domain/refresh-rules.ts';
import type { AuthorizationRemoval } from '../domain/removal.ts';
import { createRemoveAuthorization } from './remove-authorization.ts';

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;

describe('a notice that an authorisation was removed', () => {
  const clock = createManualClock();
  const authorizedAtMs = clock.now();
  const tokens: StoredTokens = {
    accessToken: 'act.1',
    refreshToken: 'rft.1',
    issuedAtMs: authorizedAtMs,
    accessExpiresAtMs: authorizedAtMs + 24 * HOUR_MS,
    refreshExpiresAtMs: authorizedAtMs + YEAR_MS,
    version: 1,
    refreshNotBeforeMs: 0,
    accessRefusedAtMs: null,
    replacesRefused: false,
  };
  const channel: Channel = {
    channelId: 'biz-1',
    accountId: 'account-1',
    status: 'connected',
    statusReason: null,
    username: null,
    displayName: null,
    profileImageUrl: null,
    grantedScopes: [],
    missingScopes: [],
    authorizedAtMs,
    visibleFromMs: null,
  };

  const judge = async (
    removal: Partial<AuthorizationRemoval>,
    {
      inspected = 'taken',
      stored = tokens,
      status = 'connected',
    }: {
      readonly inspected?: 'taken' | 'refused' | 'unavailable';
      readonly stored?: StoredTokens;
      readonly status?: Channel['status'];
    } = {},
  ) => {
    const written: string[] = [];
    const write = (what: string) => async () => {
      written.push(what);
      return true;
    };
    const remove = createRemoveAuthorization({
      tokens: {
        read: async () => ({ channel: { ...channel, status }, tokens: stored }),
        giveUp: write('given up'),
        explainLoss: write('explained'),
      },
      tiktok: { inspect: async () => ({ kind: inspected, trace: null }) },
      handOutToken: async () => ({ kind: 'unavailable' }),
      clock,
    });
    const ended = await remove({
      channelId: 'biz-1',
      reason: 'removed_by_owner',
      occurredAtMs: authorizedAtMs + HOUR_MS,
      ...removal,
    });
    return [ended.kind === 'done' ? ended.outcome : ended.kind, ...written];
  };
  const expired = { ...tokens, accessExpiresAtMs: authorizedAtMs - HOUR_MS };

  it('marks the channel when TikTok refuses its token, and only then', async () => {
    expect(await judge({}, { inspected: 'refused' })).to.deep.equal(['marked', 'given up']);
    expect(await judge({}, { inspected: 'taken' })).to.deep.equal(['still_authorized']);
    expect(await judge({}, { inspected: 'unavailable' })).to.deep.equal(['retry']);
  });

  it('is nothing when it is of an earlier authorisation, though TikTok would refuse', async () => {
    const occurredAtMs = authorizedAtMs - HOUR_MS;
    expect(await judge({ occurredAtMs }, { inspected: 'refused' })).to.deep.equal(['of_earlier_authorization']);
  });

  it('proves no more when it comes from the future', async () => {
    expect(await judge({ occurredAtMs: authorizedAtMs + 10 * YEAR_MS })).to.deep.equal(['still_authorized']);
  });

  it('waits for a token that has ended by itself to be renewed or refused', async () => {
    expect(await judge({}, { stored: expired, inspected: 'refused' })).to.deep.equal(['retry']);
  });

  it('says why a channel is lost that is lost already, and does not end that its renewal is asked for', async () => {
    const lost = { stored: expired, status: 'needs_reauthorization' } as const;
    expect(await judge({}, lost)).to.deep.equal(['marked', 'explained']);
  });
});
