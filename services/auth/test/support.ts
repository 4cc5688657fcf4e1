import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { secret } from '@tiktok-channel/platform/config';
import { createApp, HttpProblem } from '@tiktok-channel/platform/http-server';
import type { IdentifyPerson, Role } from '@tiktok-channel/platform/identity';
import { DependencyUnavailable, ok } from '@tiktok-channel/platform/kernel';
import { createCountingIds, createManualClock, createRecordingLogger } from '@tiktok-channel/platform/testing';
import { mountAuthorization } from '../src/adapters/http/authorization.routes.ts';
import { mountChannels } from '../src/adapters/http/channels.routes.ts';
import { createStateTokens } from '../src/adapters/tiktok/state-token.ts';
import { createCompleteAuthorization } from '../src/application/complete-authorization.ts';
import { createEndChannel } from '../src/application/end-channel.ts';
import { createIsFeatureOn } from '../src/application/features.ts';
import type {
  AuthorizationAttempts,
  ChannelHealth,
  ChannelHealths,
  Channels,
  FailedAttempt,
} from '../src/application/ports.ts';
import { createStartAuthorization } from '../src/application/start-authorization.ts';
import type { Grant, TikTok } from '../src/application/tiktok-ports.ts';
import { type Channel, type ChannelCommand, channelDecider } from '../src/domain/channel.ts';
import { createReporters } from '../src/telemetry.ts';

export const PUBLIC_URL = 'https://channel.example';
export const STATE_SECRET = 'a secret for states';

export const grantOf = (channelId: string, scopes: readonly string[] = ['read', 'send', 'type']): Grant => ({
  kind: 'granted',
  channelId,
  scopes,
  tokens: {
    accessToken: `act.${channelId}`,
    refreshToken: `rft.${channelId}`,
    issuedAtMs: 0,
    accessExpiresAtMs: 86_400_000,
    refreshExpiresAtMs: 31_536_000_000,
  },
});

/** TikTok behind its port: each code has its answer. */
export const fakeTikTok = () => {
  const answers = new Map<string, Awaited<ReturnType<TikTok['exchange']>>>();
  let profile: Awaited<ReturnType<TikTok['profile']>> = {
    kind: 'known',
    profile: { username: 'acme.store', displayName: 'Acme', profileImageUrl: null },
  };
  const exchanged: string[] = [];
  const port: TikTok = {
    consentUrl: (state) => `https://tiktok.example/authorize?state=${state}`,
    exchange: async (code) => {
      exchanged.push(code);
      return answers.get(code) ?? { kind: 'failed', failure: 'code_refused', trace: { code: 40131, requestId: 'r' } };
    },
    profile: async () => profile,
    refresh: async () => ({ kind: 'unavailable', mayHaveRenewed: false, trace: null }),
    inspect: async () => ({ kind: 'unavailable', trace: null }),
    revoke: async () => ({ kind: 'unavailable', trace: null }),
  };
  return {
    port,
    exchanged,
    answers,
    answerProfile: (next: typeof profile) => {
      profile = next;
    },
  };
};

/** Attempts and channels in memory, with the rules of the domain. */
export const fakeStores = () => {
  const attempts = new Map<string, boolean>();
  const failed = new Map<string, FailedAttempt>();
  const channels = new Map<string, Channel>();
  const features = new Map<string, boolean>();
  let isAway = false;
  const reach = () => {
    if (isAway) throw new DependencyUnavailable('database');
  };
  const attemptsPort: AuthorizationAttempts = {
    start: async ({ attemptId }) => {
      reach();
      attempts.set(attemptId, false);
    },
    use: async ({ attemptId }) => {
      reach();
      const used = attempts.get(attemptId);
      if (used === undefined) return 'unknown';
      attempts.set(attemptId, true);
      return used ? 'used_before' : 'used';
    },
    fail: async (attemptId, end) => {
      reach();
      failed.set(attemptId, end);
    },
    ofAccount: async () => [],
    sweep: async () => [],
  };
  const handle = async (channelId: string, command: ChannelCommand) => {
    reach();
    const decided = channelDecider.decide(command, channels.get(channelId) ?? null);
    if (!decided.ok) return decided;
    for (const { channel } of decided.value) channels.set(channel.channelId, channel);
    return ok(undefined);
  };
  const channelsPort: Channels = {
    authorize: (command) => handle(command.channelId, command),
    end: handle,
    countByStatus: async () => new Map(),
    find: async (accountId, channelId) => {
      reach();
      const channel = channels.get(channelId);
      return channel?.accountId === accountId ? channel : null;
    },
    ofAccount: async (accountId) => {
      reach();
      return [...channels.values()].filter((channel) => channel.accountId === accountId);
    },
  };
  const healthOf = (channel: Channel): ChannelHealth => ({ channel, tokens: null, activity: null, webhook: null });
  const healths: ChannelHealths = {
    find: async (...ids) => {
      const channel = await channelsPort.find(...ids);
      return channel === null ? null : healthOf(channel);
    },
    ofAccount: async (accountId) => (await channelsPort.ofAccount(accountId)).map(healthOf),
  };
  return {
    attempts: attemptsPort,
    channels: channelsPort,
    healths,
    failed: failed as ReadonlyMap<string, FailedAttempt>,
    isFeatureOn: createIsFeatureOn(
      {
        read: async (accountId) => {
          reach();
          return features.get(accountId) ?? null;
        },
      },
      { tiktok_channel: true },
    ),
    switchFeature: (accountId: string, isEnabled: boolean) => features.set(accountId, isEnabled),
    goAway: () => {
      isAway = true;
    },
  };
};

/** Bearer tokens are `role:account` here; that real ones are checked is shown elsewhere. */
const identify: IdentifyPerson = async (authorization) => {
  const [role, accountId] = authorization?.replace('Bearer ', '').split(':') ?? [];
  if (role === undefined || accountId === undefined) throw new HttpProblem(401, 'token_missing', 'a token is needed');
  return { userId: 'user-1', accountId, role: role as Role };
};

/** The public side of auth in this process, with TikTok and the database faked. */
export const startAuth = async () => {
  const clock = createManualClock();
  const logger = createRecordingLogger();
  const tiktok = fakeTikTok();
  const stores = fakeStores();
  const states = createStateTokens({ secrets: [secret(STATE_SECRET)], clock });
  const keys = createCountingIds();
  const shared = { ...stores, states, tiktok: tiktok.port, clock };
  const ids = createCountingIds();
  const endChannel = createEndChannel({ channels: stores.channels, revoke: async () => 0, clock });
  const start = createStartAuthorization({
    ...shared,
    ids: createCountingIds(),
    keys: { next: () => `browser-key-${keys.next()}` },
    allowedReturnTo: ['/channels', '/onboarding'],
  });
  const scopePolicy = { required: ['read', 'send'], optional: ['type'] };
  const { authorization: report } = createReporters(logger);
  const complete = createCompleteAuthorization({ ...shared, scopePolicy, report });
  const app = createApp({
    logger,
    mount: (mounted) => {
      mountAuthorization(mounted, { identify, start, complete, publicUrl: PUBLIC_URL });
      mountChannels(mounted, { identify, healths: stores.healths, endChannel, clock, ids });
    },
  });
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, clock, logger, tiktok, stores, stop: () => server.close() };
};

export type StartedAuth = Awaited<ReturnType<typeof startAuth>>;
