import { randomBytes } from 'node:crypto';
import { secret } from '@tiktok-channel/platform/config';
import { expect } from 'chai';
import { createSealing, SealBroken } from './sealing.ts';

const key = (id: string) => ({ id, key: secret(randomBytes(32).toString('base64')) });

describe('a sealed value', () => {
  const [one, two] = [key('one'), key('two')];
  const value = { channelId: 'biz-1', accessToken: 'act.very-secret' };
  const openingFailure = async (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => null,
      (error: unknown) => error,
    );

  it('opens again', async () => {
    const sealing = createSealing([one]);
    expect(await sealing.open(await sealing.seal(value))).to.deep.equal(value);
  });

  it('shows nothing of what is in it, and differs each time', async () => {
    const sealing = createSealing([one]);
    const [a, b] = [await sealing.seal(value), await sealing.seal(value)];
    expect(a).not.to.equal(b);
    expect(Buffer.from(a, 'base64').toString('latin1')).not.to.include('very-secret');
  });

  it('opens with an older key once a new one seals', async () => {
    const old = await createSealing([one]).seal(value);
    const rotated = createSealing([two, one]);
    expect(await rotated.open(old)).to.deep.equal(value);
    expect(await openingFailure(createSealing([one]).open(await rotated.seal(value)))).to.be.instanceOf(SealBroken);
  });

  it('does not open after a change, and says nothing of its content', async () => {
    const sealing = createSealing([one]);
    const sealed = await sealing.seal(value);
    const middle = Math.floor(sealed.length / 2);
    const changed = `${sealed.slice(0, middle)}${sealed[middle] === 'A' ? 'B' : 'A'}${sealed.slice(middle + 1)}`;
    const error = await openingFailure(sealing.open(changed));
    expect(error).to.be.instanceOf(SealBroken);
    expect((error as Error).cause).to.equal(undefined);
  });
});
