import { expect } from 'chai';
import { PNG, startWorld, type TestWorld } from './support.ts';

describe('the control API', () => {
  let world: TestWorld;
  let businessId: string;

  beforeEach(async () => {
    world = await startWorld();
    ({ businessId } = await world.addBusiness());
  });
  afterEach(() => world.stop());

  const post = async (path: string, body: unknown) => {
    const answer = await fetch(`${world.simulator.url}/_control/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, detail: ((await answer.json()) as { detail?: string }).detail };
  };
  const customerSends = (username: string, message: object = { type: 'text', text: 'Hi' }) =>
    post(`businesses/${businessId}/customers/${encodeURIComponent(username)}/messages`, message);
  const customerShows = (image: Uint8Array) =>
    customerSends('anna', { type: 'image', imageBase64: Buffer.from(image).toString('base64') });

  for (const username of ['a', 'x'.repeat(25), 'anna maria', 'anna-maria', 'änna', '<b>anna</b>', '...']) {
    it(`takes nobody called "${username}"`, async () => {
      for (const refused of [await post('businesses', { username }), await customerSends(username)]) {
        expect(refused.status).to.equal(400);
        expect(refused.detail).to.include('username');
      }
    });
  }

  for (const username of ['an', 'x'.repeat(24), 'Anna_Maria.9']) {
    it(`takes somebody called "${username}"`, async () => {
      expect((await post('businesses', { username })).status).to.equal(201);
      expect((await customerSends(username)).status).to.equal(201);
    });
  }

  it('takes no image of a customer that is none', async () => {
    for (const bytes of [Buffer.from('%PDF-1.7 hello'), Buffer.from('hello'), Buffer.alloc(0)]) {
      const refused = await customerShows(bytes);
      expect(refused.status).to.equal(400);
      expect(refused.detail).to.include('imageBase64');
    }
    expect(await world.phone(businessId, 'anna')).to.deep.equal([]);
  });

  it('takes no image of a customer above 5 MB', async () => {
    const padded = (bytes: number) => Buffer.concat([PNG, Buffer.alloc(bytes - PNG.length)]);
    expect((await customerShows(padded(5 * 1024 * 1024))).status).to.equal(201);
    expect(await customerShows(padded(5 * 1024 * 1024 + 1))).to.deep.include({ status: 400 });
    expect(await customerShows(padded(8 * 1024 * 1024))).to.deep.include({ status: 413 });
  });

  it('shows when the customer first saw what the business wrote', async () => {
    const path = `businesses/${businessId}/customers/anna`;
    const readMarks = async () => (await world.phone(businessId, 'anna')).map(({ from, readAt }) => [from, readAt]);
    await customerSends('anna');
    await post(`${path}/app-messages`, { text: 'Hello' });
    const unseen = await readMarks();
    await post(`${path}/reads`, {});
    const seen = await readMarks();
    await world.advance(60);
    await post(`${path}/reads`, {});
    expect(unseen).to.deep.equal([
      ['customer', undefined],
      ['business', undefined],
    ]);
    expect(seen[0]).to.deep.equal(['customer', undefined]);
    expect(seen[1]?.[1]).to.be.a('number');
    expect(await readMarks()).to.deep.equal(seen);
  });
});
