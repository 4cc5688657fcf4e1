import { eventually } from '@tiktok-channel/platform/testing';
import { topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import { attemptView } from '../../services/auth/src/adapters/http/accounts.routes.ts';
import { channelView } from '../../services/auth/src/adapters/http/channel-views.ts';
import { type AuthWorld, createAuthWorld } from '../support/auth.ts';
import { blocksOf } from '../support/runbooks.ts';

describe('a connected channel', () => {
  let world: AuthWorld;
  let accountId: string;
  let channelId: string;
  let count = 0;

  before(async () => {
    world = await createAuthWorld();
  });
  after(() => world?.stop());
  beforeEach(async () => {
    await world.faults({ rate_limit_qps: 0 });
    count += 1;
    accountId = `account-${count}`;
    channelId = await world.newBusiness();
    await world.connect(accountId, channelId);
  });

  const shown = async (account = accountId) =>
    world.get(`/v1/channels/${channelId}`, await world.token('agent', account));
  const disconnect = (account = accountId, body = {}) =>
    world.send('POST', `/v1/channels/${channelId}/disconnect`, { role: 'administrator', accountId: account }, body);
  const release = (body: object = { reason: 'it was sold' }) =>
    world.send(
      'POST',
      `/operator/v1/channels/${channelId}/release`,
      { role: 'operator', accountId: 'operators' },
      body,
    );
  const eventsOf = async () =>
    (await world.published()).filter(({ record, name }) => record.key === channelId && name?.startsWith('Channel'));
  const audited = async (action: string) =>
    (await world.published()).filter(({ value }) => value.action === action && value.subject === channelId);
  const works = async (token: unknown): Promise<boolean> => {
    const query = new URLSearchParams({ business_id: channelId, fields: '["username"]' });
    const response = await fetch(`${world.simulator.url}/open_api/v1.3/business/get/?${query}`, {
      headers: { 'Access-Token': String(token) },
    });
    return ((await response.json()) as { code: number }).code === 0;
  };
  const rows = async (table: string) =>
    (await world.database.client.$queryRawUnsafe<unknown[]>(`SELECT 1 FROM ${table} WHERE channel_id = $1`, channelId))
      .length;

  it('of a database that was restored goes on above every version that its subscribers know', async () => {
    const before = await shown();
    const [lift = ''] = (await blocksOf('procedures/restore-from-backup.md', 'sql')).filter((block) =>
      block.startsWith('INSERT INTO events'),
    );
    await world.database.client.$executeRawUnsafe(lift);

    expect((await shown()).body).to.deep.equal(before.body);
    await disconnect();
    expect((await eventsOf()).map(({ value }) => Number(value.version))).to.deep.equal([1, 102]);
  });

  describe('that an administrator disconnects', () => {
    it('is revoked at TikTok, and nobody gets a token any more', async () => {
      const { body } = await world.accessToken(channelId);
      const { status, body: after } = await disconnect();

      expect([status, after.state]).to.deep.equal([200, 'disconnected']);
      expect(after.reason).to.include({ code: 'disconnected_by_administrator' });
      expect(await works(body.accessToken)).to.equal(false);
      expect((await world.accessToken(channelId)).body).to.include({ status: 'disconnected', accessToken: null });
      expect([await rows('channel_tokens'), await rows('token_revocations')]).to.deep.equal([0, 0]);
      const last = (await eventsOf()).at(-1);
      expect([last?.name, last?.value.reason]).to.deep.equal(['ChannelDisconnected', 'disconnected_by_administrator']);
    });

    it('is in the audit once, with the reason, however often it is asked for', async () => {
      await disconnect(accountId, { reason: 'we leave TikTok' });
      expect((await disconnect()).status).to.equal(200);
      const acts = await audited('channel.disconnected');
      expect(acts.map(({ value }) => [value.actor, value.role, value.reason])).to.deep.equal([
        ['local-administrator', 'administrator', 'we leave TikTok'],
      ]);
    });

    it('is left alone by another account, by agents and by operators', async () => {
      expect((await disconnect('somebody-else')).status).to.equal(404);
      for (const role of ['agent', 'operator'] as const) {
        const { status } = await world.send('POST', `/v1/channels/${channelId}/disconnect`, { role, accountId });
        expect(status).to.equal(403);
      }
      expect((await shown()).body.state).to.equal('connected');
    });

    it('is revoked later when TikTok is away, and not after it was connected again', async () => {
      const { body: first } = await world.accessToken(channelId);
      await world.faults({ token_endpoint_away: true, rate_limit_qps: 0 });
      expect((await disconnect()).status).to.equal(200);
      expect(await works(first.accessToken)).to.equal(true);

      await world.faults({ rate_limit_qps: 0 });
      await world.advance(61);
      await eventually('it is revoked', async () => !(await works(first.accessToken)));

      await world.connect(accountId, channelId);
      await world.faults({ token_endpoint_away: true, rate_limit_qps: 0 });
      await disconnect();
      await world.faults({ rate_limit_qps: 0 });
      await world.connect(accountId, channelId);
      expect(await rows('token_revocations')).to.equal(0);
    });

    it('is revoked as well when its token was renewed at that moment, and does not come back', async () => {
      // Other channels would be renewed by the same move of the clock.
      await world.database.client.$executeRawUnsafe('DELETE FROM channel_tokens WHERE channel_id <> $1', channelId);
      await world.faults({ rate_limit_qps: 0, refresh_ends_access_token: true });
      const before = new Set(world.issued);
      const ended = Promise.withResolvers<void>();
      world.whenAnswered('refresh_token', () => disconnect().then(() => ended.resolve()));
      await world.advance(13 * 3_600);
      await ended.promise;

      const renewed = await eventually('the new token is known', () =>
        [...world.issued].find((token) => token.startsWith('act.') && !before.has(token)),
      );
      await eventually('it is revoked', async () => !(await works(renewed)));
      await eventually('nothing is left of it', async () => (await rows('token_revocations')) === 0);
      expect([(await shown()).body.state, await rows('channel_tokens')]).to.deep.equal(['disconnected', 0]);
    });

    it('belongs to its account still, which connects it again and keeps what it had', async () => {
      await disconnect();
      const foreign = await world.consent(channelId, await world.startConnect('somebody-else'));
      expect(new URL(foreign).searchParams.get('error')).to.equal('channel_of_another_account');

      await world.connect(accountId, channelId);
      expect((await shown()).body).to.include({ state: 'connected', reason: null });
      const last = (await eventsOf()).at(-1);
      expect(last?.name).to.equal('ChannelReauthorized');
      expect(last?.value.channel).to.include({ accountId, visibleFrom: null });
    });
  });

  describe('that an operator releases', () => {
    it('leaves no row and no name, and its last record hides what is older', async () => {
      const { body } = await world.accessToken(channelId);
      const { status } = await release();

      expect(status).to.equal(200);
      expect((await shown()).status).to.equal(404);
      expect((await world.accessToken(channelId)).status).to.equal(404);
      expect(await works(body.accessToken)).to.equal(false);
      for (const table of ['channels', 'channel_tokens', 'token_revocations', 'channel_activity', 'authorizations']) {
        expect(await rows(table), table).to.equal(0);
      }
      const names = await world.database.client.$queryRawUnsafe<{ name: string | null }[]>(
        `SELECT data->'channel'->>'username' AS name FROM events WHERE stream_id = $1`,
        `channel-${channelId}`,
      );
      expect(names.map(({ name }) => name)).to.deep.equal([null, null]);
      const last = (await eventsOf()).at(-1);
      expect([last?.name, last?.value.reason]).to.deep.equal(['ChannelDisconnected', 'released_by_operator']);
      expect(last?.value.channel).to.include({ accountId, username: null, displayName: null });
      expect(last?.value.channel).to.have.property('visibleFrom').that.is.a('number');
      expect(await audited('channel.released')).to.have.length(1);
    });

    it('is connected by another account, which sees nothing older', async () => {
      await release();
      await world.connect('the-buyer', channelId);

      expect((await shown('the-buyer')).body.state).to.equal('connected');
      expect((await shown()).status).to.equal(404);
      const records = await eventsOf();
      expect(records.map(({ value }) => value.version)).to.deep.equal([1, 2, 3]);
      const [, hidden, connected] = records.map(({ value }) => value.channel as Record<string, unknown>);
      expect(connected).to.include({ accountId: 'the-buyer', visibleFrom: hidden?.visibleFrom });
    });

    it('takes an operator and a reason', async () => {
      const as = (role: 'administrator' | 'agent') =>
        world.send('POST', `/operator/v1/channels/${channelId}/release`, { role, accountId }, { reason: 'x' });
      expect((await as('administrator')).status).to.equal(403);
      expect((await as('agent')).status).to.equal(403);
      expect((await release({})).status).to.equal(400);
      expect((await shown()).body.state).to.equal('connected');
    });
  });

  it('asks for a history import when it is connected, and each time it is authorised again', async () => {
    await world.connect(accountId, channelId);
    const requests = (await world.published()).filter(
      ({ record, name }) => name === 'ImportHistory' && record.key === channelId,
    );
    expect(requests.map(({ value }) => value.reason)).to.deep.equal(['connected', 'reauthorized']);
  });

  it('shows what its token, its scopes and TikTok do', async () => {
    const { body } = await shown();
    expect(channelView.strict().safeParse(body).error).to.equal(undefined);
    expect(body.token).to.include({ works: true });
    expect(body.webhook).to.deep.equal({ state: 'unchecked', checkedAt: null });
    expect(body).to.include({ lastDeliveryAt: null, lastSentAt: null, reason: null });

    const message = { channelId, receivedAt: 5_000 };
    await world.publish(topics.messages.name, 'conv-1', ['MessageReceived', messageOf(message)]);
    await world.publish(topics.messages.name, 'conv-1', [
      'MessageReceived',
      messageOf({ channelId, receivedAt: 4_000 }),
    ]);
    await world.publish(topics.messages.name, 'conv-1', [
      'MessageReceived',
      messageOf({ channelId, receivedAt: 9_000, origin: 'HISTORY' }),
    ]);
    await world.publish(topics.statuses.name, 'conv-1', [
      'ReplySent',
      { replyId: 'r', channelId, conversationId: 'conv-1', at: 6_000, messageId: 'm', attempts: 1, corrects: false },
    ]);
    const active = await eventually('both are seen', async () => {
      const { body: now } = await shown();
      return now.lastDeliveryAt !== null && now.lastSentAt !== null ? now : null;
    });
    expect(active).to.include({ lastDeliveryAt: 5_000, lastSentAt: 6_000 });
  });

  it('names what does not work without each scope that is missing', async () => {
    const other = await world.newBusiness();
    const grant = [
      'message.list.read',
      'message.list.send',
      'message.list.manage',
      'user.info.basic',
      'user.info.username',
    ];
    await world.consent(other, await world.startConnect(accountId), { grant });
    const { body } = await world.get(`/v1/channels/${other}`, await world.token('agent', accountId));
    expect(body.limits).to.deep.equal([
      { scope: 'user.account.type', consequence: 'It is not known whether the account is a business account.' },
      {
        scope: 'user.info.profile',
        consequence: 'The link to the profile and the description of the account are not known.',
      },
    ]);
  });

  describe('and the attempts to connect', () => {
    const attempts = async () => {
      const path = `/v1/accounts/${accountId}/tiktok/authorizations`;
      const { body } = await world.get(path, await world.token('administrator', accountId));
      return body.items as Record<string, unknown>[];
    };

    it('are shown to administrators of the account, with how they ended', async () => {
      await world.consent(await world.newBusiness(), await world.startConnect(accountId), { deny: true });
      const [newest, first] = await attempts();
      expect(attemptView.strict().safeParse(newest).error).to.equal(undefined);
      expect(newest).to.include({ outcome: 'denied', sentence: 'The connection was cancelled on TikTok.' });
      expect(first).to.include({ outcome: 'connected', channelId, startedBy: 'local-administrator' });
      const path = `/v1/accounts/${accountId}/tiktok/authorizations`;
      expect((await world.get(path, await world.token('agent', accountId))).status).to.equal(403);
      expect((await world.get(path, await world.token('administrator', 'other'))).status).to.equal(404);
    });

    it('that TikTok never came back for say so, with the likely causes, once they are over', async () => {
      await world.startConnect(accountId);
      expect((await attempts())[0]).to.include({ outcome: 'pending' });
      await world.advance(601);
      const [over] = await attempts();
      expect(over).to.include({ outcome: 'no_callback' });
      expect(String(over?.likelyCauses)).to.include('not approved').and.include('/tiktok/callback');
      const count = () =>
        world.logger.lines.filter(({ fields }) => fields?.outcome === 'no_callback' && fields.accountId === accountId);
      await eventually('the operator sees it', () => count().length > 0);
      expect(count()).to.have.length(1);
    });

    it('name both accounts when another one came back than was to be reconnected', async () => {
      const other = await world.newBusiness('the.other.shop');
      const location = await world.consent(other, await world.startConnect(accountId, { channelId }));
      expect(new URL(location).search).to.equal('?error=other_tiktok_account');
      const { body } = await shown();
      expect((await attempts())[0]?.sentence).to.equal(
        `TikTok came back with @the.other.shop, but the channel to reconnect is @${body.username}.`,
      );
    });

    it('name the required scopes that were left out, and what does not work without each', async () => {
      const grant = ['message.list.read', 'message.list.manage', 'user.info.basic', 'user.info.username'];
      await world.consent(await world.newBusiness(), await world.startConnect(accountId), { grant });
      expect((await attempts())[0]?.missingScopes).to.deep.include({
        scope: 'message.list.send',
        consequence: 'Nothing can be answered.',
      });
    });
  });

  describe('and the feature of the account', () => {
    const path = (account: string) => `/operator/v1/accounts/${account}/features/tiktok_channel`;
    const turn = (isEnabled: boolean, account = accountId) =>
      world.send('PUT', path(account), { role: 'operator', accountId: 'operators' }, { isEnabled, reason: 'contract' });

    it('is on by default, switched by an operator, seen by an administrator, and audited when it changes', async () => {
      const seen = async () =>
        (await world.get(`/v1/accounts/${accountId}/features`, await world.token('administrator', accountId))).body
          .items;
      expect(await seen()).to.deep.equal([{ feature: 'tiktok_channel', isEnabled: true }]);
      await turn(false);
      await turn(false);
      expect(await seen()).to.deep.equal([{ feature: 'tiktok_channel', isEnabled: false }]);
      const acts = (await world.published()).filter(
        ({ value }) => value.accountId === accountId && value.subject === 'tiktok_channel',
      );
      expect(acts.map(({ value }) => [value.action, value.reason])).to.deep.equal([['feature.disabled', 'contract']]);
      const administrator = await world.send('PUT', path(accountId), { role: 'administrator', accountId }, {});
      expect(administrator.status).to.equal(403);
    });

    it('that is off lets nobody start, nor finish what was started before', async () => {
      const started = await world.startConnect(accountId);
      await turn(false);
      const refused = await world.send('POST', `/v1/accounts/${accountId}/tiktok/authorization`, {
        role: 'administrator',
        accountId,
      });
      expect([refused.status, refused.body.code]).to.deep.equal([403, 'feature_off']);
      const location = await world.consent(await world.newBusiness(), started);
      expect(new URL(location).searchParams.get('error')).to.equal('feature_off');
      expect((await shown()).body.state).to.equal('connected');
    });
  });

  describe('of which TikTok says that the authorisation was removed', () => {
    const notice = async (occurredAt: number | null, reason = 'DISCONNECTED_BY_USER' as const) =>
      world.publish(topics.accountNotices.name, channelId, [
        'AuthorizationRemoved',
        { channelId, reason, tiktokReason: 1, occurredAt, logId: null, receivedAt: await now(), rawContent: null },
      ]);
    const now = async () => Number((await shown()).body.authorizedAt);
    const outcomes = () =>
      world.logger.lines
        .filter(({ event, fields }) => event === 'authorization.removal_noticed' && fields?.channelId === channelId)
        .map(({ fields }) => fields?.outcome);

    it('is lost with TikTok’s reason once TikTok refuses its token', async () => {
      await world.removeAtTikTok(channelId);
      await notice((await now()) + 1_000);
      const { body } = await eventually('it is marked', async () => {
        const answer = await shown();
        return answer.body.state === 'needs_reauthorization' ? answer : null;
      });
      expect(body.reason).to.include({ code: 'removed_by_owner' });
      const last = (await eventsOf()).at(-1);
      expect([last?.name, last?.value.reason]).to.deep.equal(['ChannelReauthorizationRequired', 'removed_by_owner']);
    });

    it('stays connected when TikTok still takes its token', async () => {
      await notice((await now()) + 1_000);
      await eventually('it is judged', () => outcomes().includes('still_authorized'));
      expect((await shown()).body.state).to.equal('connected');
    });

    it('stays connected when the notice is late or repeated, and it was connected again since', async () => {
      await world.removeAtTikTok(channelId);
      const removedAt = (await now()) + 1_000;
      await notice(removedAt);
      await eventually('it is marked', async () => (await shown()).body.state === 'needs_reauthorization');
      await world.connect(accountId, channelId);
      await notice(removedAt);
      await eventually('it is judged by TikTok', () => outcomes().includes('still_authorized'));
      await world.advance(600);
      await world.connect(accountId, channelId);
      await notice(removedAt);
      await eventually('it is too old', () => outcomes().includes('of_earlier_authorization'));
      expect((await shown()).body.state).to.equal('connected');
    });

    it('waits while TikTok does not say, and other channels’ notices wait with it', async () => {
      await world.removeAtTikTok(channelId);
      await world.faults({ token_endpoint_away: true, rate_limit_qps: 0 });
      await notice((await now()) + 1_000);
      await eventually('TikTok was asked', () => outcomes().includes('tiktok_unavailable'));
      expect((await shown()).body.state).to.equal('connected');
      await world.faults({ rate_limit_qps: 0 });
      await eventually('it is marked', async () => (await shown()).body.state === 'needs_reauthorization');
    });

    it('is nothing to a channel that was never connected', async () => {
      channelId = 'never-connected';
      await world.publish(topics.accountNotices.name, channelId, [
        'AuthorizationRemoved',
        {
          channelId,
          reason: 'UNKNOWN',
          tiktokReason: 0,
          occurredAt: null,
          logId: null,
          receivedAt: 1,
          rawContent: null,
        },
      ]);
      await eventually('it is judged', () => outcomes().includes('channel_unknown'));
    });
  });
});

const PERSON = { userId: 'person', username: null };

const messageOf = (overrides: { channelId: string; receivedAt: number; origin?: 'WEBHOOK' | 'HISTORY' }) => ({
  conversationId: 'conv-1',
  messageId: `message-${overrides.receivedAt}`,
  sentAt: overrides.receivedAt,
  sender: PERSON,
  recipient: PERSON,
  content: null,
  quotedMessageId: null,
  source: 'APP' as const,
  automaticMessageType: null,
  buttonTap: null,
  isFollower: null,
  origin: 'WEBHOOK' as const,
  logId: null,
  rawContent: null,
  ...overrides,
});
