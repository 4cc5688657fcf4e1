import { expect } from 'chai';
import { APP_ID, APP_SECRET, startWorld, type TestWorld } from './support.ts';

const APP = { app_id: APP_ID, secret: APP_SECRET };
const CALLBACK = 'https://example.test/webhooks/tiktok';

describe('the webhook configuration', () => {
  let world: TestWorld;

  beforeEach(async () => {
    world = await startWorld({ webhookUrl: null });
  });
  afterEach(() => world.stop());

  const update = (changes: Record<string, unknown>) =>
    world.open('POST', 'business/webhook/update/', { body: { ...APP, callback_url: CALLBACK, ...changes } });
  const list = (event_type: string) => world.open('GET', 'business/webhook/list/', { query: { ...APP, event_type } });
  const remove = (changes: Record<string, unknown>) =>
    world.open('POST', 'business/webhook/delete/', { body: { ...APP, ...changes } });

  for (const event_type of ['DIRECT_MESSAGE', 'COMMENT', 'VIDEO', 'BRAND_MENTION']) {
    it(`keeps one callback for ${event_type}, apart from the others`, async () => {
      expect((await list(event_type)).data).to.deep.equal({ app_id: APP_ID, event_type });
      const subscribed = { app_id: APP_ID, event_type, callback_url: CALLBACK };
      expect((await update({ event_type })).data).to.deep.equal(subscribed);
      expect((await list(event_type)).data).to.deep.equal(subscribed);
      const other = event_type === 'VIDEO' ? 'COMMENT' : 'VIDEO';
      expect((await list(other)).data).not.to.have.property('callback_url');
      expect((await remove({ event_type })).data).to.deep.equal(subscribed);
      expect((await list(event_type)).data).to.deep.equal({ app_id: APP_ID, event_type });
    });
  }

  it('adds posts to a subscription to comments, and ends it with the last of them', async () => {
    const items = async () => (await list('COMMENT')).data.item_list;
    await update({ event_type: 'COMMENT' });
    expect(await items()).to.equal(undefined);
    await update({ event_type: 'COMMENT', item_list: ['71', '72'] });
    expect((await update({ event_type: 'COMMENT', item_list: ['72', '73'] })).data.item_list).to.deep.equal([
      '71',
      '72',
      '73',
    ]);
    await remove({ event_type: 'COMMENT', item_list: ['71', '73'] });
    expect(await items()).to.deep.equal(['72']);
    await remove({ event_type: 'COMMENT', item_list: ['72'] });
    expect((await list('COMMENT')).data).not.to.have.property('callback_url');
  });

  it('takes 100 posts at once, not 101, and only ids', async () => {
    const posts = (count: number) => Array.from({ length: count }, (_, index) => String(7_000 + index));
    expect((await update({ event_type: 'COMMENT', item_list: posts(100) })).code).to.equal(0);
    for (const item_list of [posts(101), 'all', [7]]) {
      const refused = await update({ event_type: 'COMMENT', item_list });
      expect(refused.code).to.equal(40002);
      expect(refused.message).to.include('item_list');
    }
  });

  it('ignores posts with other types, as documented', async () => {
    expect((await update({ event_type: 'VIDEO', item_list: ['71'] })).data).not.to.have.property('item_list');
    expect((await remove({ event_type: 'VIDEO', item_list: ['71'] })).code).to.equal(0);
    expect((await list('VIDEO')).data).not.to.have.property('callback_url');
  });

  for (const name of ['app_id', 'secret', 'event_type', 'callback_url']) {
    it(`wants ${name}, and a right one`, async () => {
      const body = { event_type: 'DIRECT_MESSAGE' };
      expect(await update({ ...body, [name]: undefined })).to.include({
        code: 40002,
        message: `Param ${name} is required.`,
      });
      expect(await update({ ...body, [name]: 'wrong' })).to.include({
        code: 40002,
        message: `Param ${name} is invalid.`,
      });
    });
  }

  it('needs no token', async () => {
    expect((await list('DIRECT_MESSAGE')).code).to.equal(0);
  });

  it('wants https where it is TikTok’s twin', async () => {
    const callback_url = 'http://127.0.0.1:9/webhooks';
    expect((await update({ event_type: 'DIRECT_MESSAGE', callback_url })).code).to.equal(0);
    await world.faults({ local_addresses: false });
    expect((await update({ event_type: 'DIRECT_MESSAGE', callback_url })).code).to.equal(40002);
    expect((await update({ event_type: 'DIRECT_MESSAGE' })).code).to.equal(0);
  });
});
