import { DependencyUnavailable } from '@tiktok-channel/platform/kernel';
import { createManualClock } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { createAskTikTok } from './ask-tiktok.ts';
import type { ChannelAccess, TikTokListing } from './ports.ts';

const connected = (accessToken: string): ChannelAccess => ({ kind: 'known', status: 'connected', accessToken });

/** TikTok and auth answer one after the other what they are given here, the last answer again and again. */
const world = ({
  listings = [{ kind: 'listed', data: 'the list' }],
  accesses = [connected('act-1')],
}: {
  readonly listings?: readonly TikTokListing[];
  readonly accesses?: readonly (ChannelAccess | Error)[];
} = {}) => {
  const clock = createManualClock();
  const asked: string[] = [];
  const refused: string[] = [];
  const waits: string[] = [];
  const waitedMs: number[] = [];
  const share: string[] = [];
  let questions = 0;
  const ask = createAskTikTok({
    tokens: {
      access: async () => {
        const access = accesses[questions] ?? accesses.at(-1);
        questions += 1;
        if (access instanceof Error) throw access;
        return access as ChannelAccess;
      },
      refused: (_channelId, accessToken) => refused.push(accessToken),
    },
    share: {
      turn: async () => {},
      exceeded: () => share.push('exceeded'),
      answered: () => share.push('answered'),
    },
    waitUntil: async (atMs) => {
      waitedMs.push(atMs - clock.now());
      clock.advance(atMs - clock.now());
    },
    clock,
    random: () => 1,
    reporter: { waits: (_channelId, reason) => waits.push(reason) },
  });
  const answer = () =>
    ask(
      'biz-1',
      async (accessToken) => {
        asked.push(accessToken);
        return (listings[asked.length - 1] ?? listings.at(-1)) as TikTokListing;
      },
      { isUrgent: false },
    );
  return { answer, asked, refused, waits, waitedMs, share };
};

const away: TikTokListing = { kind: 'unavailable', reason: 'tiktok_unavailable' };
const listed: TikTokListing = { kind: 'listed', data: 'the list' };

describe('a request to TikTok', () => {
  it('is answered with what TikTok lists', async () => {
    expect(await world().answer()).to.deep.equal({ ok: true, value: 'the list' });
  });

  it('is made again while TikTok is away, with growing pauses of a minute at most', async () => {
    const { answer, waitedMs, waits } = world({ listings: [...Array(9).fill(away), listed] });

    expect(await answer()).to.deep.include({ ok: true });
    expect(waitedMs).to.deep.equal([1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1_000));
    expect(new Set(waits)).to.deep.equal(new Set(['tiktok_unavailable']));
  });

  it('is made again when there were too many, once the share has rested', async () => {
    const { answer, share, waitedMs } = world({ listings: [{ kind: 'tooManyRequests' }, listed] });

    expect(await answer()).to.deep.include({ ok: true });
    expect([share, waitedMs]).to.deep.equal([['exceeded', 'answered'], []]);
  });

  it('is made again with another token when TikTok refused one, and auth is told', async () => {
    const { answer, asked, refused } = world({
      listings: [{ kind: 'tokenRefused' }, listed],
      accesses: [connected('act-1'), connected('act-2')],
    });

    expect(await answer()).to.deep.include({ ok: true });
    expect([asked, refused]).to.deep.equal([['act-1', 'act-2'], ['act-1']]);
  });

  it('is given up when one token after the other is refused', async () => {
    const { answer, asked } = world({ listings: [{ kind: 'tokenRefused' }] });

    expect(await answer()).to.deep.equal({ ok: false, error: 'token_refused' });
    expect(asked).to.have.length(6);
  });

  it('is given up when TikTok says three times what nobody understands', async () => {
    const { answer, asked } = world({ listings: [{ kind: 'unexplained', code: 49_999 }] });

    expect(await answer()).to.deep.equal({ ok: false, error: 'rejected_by_tiktok' });
    expect(asked).to.have.length(3);
  });

  it('is given up at once when no repetition helps', async () => {
    const { answer, asked } = world({ listings: [{ kind: 'refused', reason: 'missing_scope' }] });

    expect(await answer()).to.deep.equal({ ok: false, error: 'missing_scope' });
    expect(asked).to.have.length(1);
  });

  it('waits for auth without bound, and for a token that auth is renewing', async () => {
    const renewing: ChannelAccess = { kind: 'known', status: 'expiring', accessToken: null };
    const { answer, waits } = world({
      accesses: [...Array(20).fill(new DependencyUnavailable('auth')), renewing, connected('act-1')],
    });

    expect(await answer()).to.deep.include({ ok: true });
    expect(waits).to.have.length(21);
  });

  for (const [access, reason] of [
    [{ kind: 'unknown' }, 'channel_unknown'],
    [{ kind: 'known', status: 'disconnected', accessToken: null }, 'channel_disconnected'],
    [{ kind: 'known', status: 'needs_reauthorization', accessToken: null }, 'channel_needs_reauthorization'],
  ] as const) {
    it(`is not made for a channel without a token: ${reason}`, async () => {
      const { answer, asked } = world({ accesses: [access] });

      expect(await answer()).to.deep.equal({ ok: false, error: reason });
      expect(asked).to.deep.equal([]);
    });
  }
});
