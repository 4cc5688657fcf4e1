import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { createHistoryWorld, type HistoryWorld, type Published } from '../support/history.ts';

/** One of each kind that people write. */
const WRITTEN = [
  { type: 'text', text: 'Is this in stock?' },
  { type: 'image' },
  { type: 'video' },
  { type: 'share_post', videoId: '7300000000000000042' },
  { type: 'sticker' },
  { type: 'emoji' },
  { type: 'voice', block: { url: 'https://example.com/voice' } },
] as const;

type Origin = 'WEBHOOK' | 'HISTORY';
type Fact = Published & { readonly origin: Origin };

/** Differ between the two by their nature: arrival, trace and what was received; the rest must not. */
const OF_ONE_SOURCE = ['origin', 'receivedAt', 'rawContent', 'logId'];

describe('what the lists show of each kind', () => {
  let world: HistoryWorld;
  let channel: string;
  let facts: readonly Fact[];

  const of = (origin: Origin) => facts.filter((fact) => fact.origin === origin);
  const twinOf = ({ id }: Fact) => of('WEBHOOK').find((fact) => fact.id === id);

  before(async () => {
    world = await createHistoryWorld();
    await world.startHistory();
    channel = await world.newChannel();
    const mia = (path: string, body: object) => world.customer(channel, 'mia', path, body);
    await mia('referrals', { source: 'ad', adId: '7300000000000000022', adName: 'Winter' });
    const [first] = await inTurn(WRITTEN, (message) => mia('messages', message));
    await mia('app-messages', { type: 'text', text: 'Yes!', quotedMessageId: first?.messageId });
    await mia('app-messages', { type: 'text', text: 'Welcome', automatic: 'WELCOME_MESSAGE' });
    await mia('reactions', { messageId: first?.messageId, emoji: '👍' });
    await mia('reactions', { messageId: first?.messageId, aiEmoji: true, by: 'business' });
    const brought = WRITTEN.length + 5;
    await eventually('the webhooks', () => factsOf().length === brought);
    await world.end(await world.request({ channelId: channel }));
    await eventually('the twins', () => factsOf().length === 2 * brought);
    facts = factsOf();
  });
  after(() => world.stop());

  const factsOf = (): readonly Fact[] =>
    world.published.flatMap((fact) => {
      const { value } = fact.decoded;
      return 'origin' in value && value.channelId === channel ? [{ ...fact, origin: value.origin as Origin }] : [];
    });

  it('is a twin of what webhooks brought, under the same id and key', () => {
    const missing = of('HISTORY').filter((fact) => twinOf(fact)?.key !== fact.key);

    expect(missing.map(({ decoded }) => decoded)).to.deep.equal([]);
    expect(new Set(of('HISTORY').map(({ id }) => id)).size).to.equal(of('WEBHOOK').length);
  });

  it('says the same, but for what the lists do not have', () => {
    const differences = of('HISTORY').flatMap((fact) => {
      const [mine, twin] = [fact.decoded.value, twinOf(fact)?.decoded.value ?? {}] as Record<string, unknown>[];
      return Object.entries(mine ?? {})
        .filter(([field, value]) => !OF_ONE_SOURCE.includes(field) && !isEqual(value, twin?.[field]))
        .map(([field]) => `${kindOf(fact)}.${field}`);
    });

    expect(differences.sort()).to.deep.equal(
      [
        // The time of the ad, in seconds; the list does not tell when the person entered.
        'ReferralReceived.occurredAt',
        'ReferralReceived.ad',
        // No id of the post, only its player.
        'SHARED_POST.content',
        // TikTok shows no more than that there is something.
        'UNSUPPORTED.content',
      ].sort(),
    );
  });
});

const kindOf = ({ decoded }: Fact): string =>
  'content' in decoded.value ? (decoded.value.content?.kind ?? '') : decoded.name;

const isEqual = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

const inTurn = async <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> => {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
};
