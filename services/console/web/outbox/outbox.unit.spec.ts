import { expect } from 'chai';
import type { Api } from '../api/client.ts';
import { ApiProblem, networkProblem, sessionEnded } from '../api/problem.ts';
import { createUnsentStore, forgetUnsent } from '../session/unsent.ts';
import { createBrowser } from '../testing/browser.ts';
import { eventually } from '../testing/eventually.ts';
import { createOutbox, type Outgoing } from './outbox.ts';

const OWNER = { accountId: 'shop', userId: 'mia' };
const HOUR_MS = 3_600_000;

/** The service: what it accepted by key, so that a repetition is one message, as the real one has it. */
const createService = () => {
  const accepted = new Map<string, unknown>();
  let fault: { readonly error: unknown; readonly isAccepted: boolean } | null = null;
  let gate = Promise.resolve();
  const api = {
    conversations: {
      POST: async (_path: string, { params, body }: { params: { header: object }; body: object }) => {
        const key = (params.header as Record<string, string>)['idempotency-key'] ?? '';
        await gate;
        if (fault === null || fault.isAccepted) accepted.set(key, body);
        if (fault !== null) throw fault.error;
        return { data: { replyId: `reply of ${key}` } };
      },
    },
    fetch: async () => {
      await gate;
      if (fault !== null) throw fault.error;
      return Response.json({ mediaId: 'medium' });
    },
  } as unknown as Api;
  return {
    api,
    sent: () => [...accepted.values()],
    failWith: (error: unknown, { isAccepted = false } = {}) => {
      fault = { error, isAccepted };
    },
    recover: () => {
      fault = null;
    },
    /** Answers nothing until the returned is called. */
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
  };
};

const text = (content: string) => ({ kind: 'text', text: content }) as const;
const picture = { kind: 'image', file: new File(['bytes'], 'front.png', { type: 'image/png' }) } as const;

describe('what is sent from the page', () => {
  let service: ReturnType<typeof createService>;
  let browser: ReturnType<typeof createBrowser>;
  let nowMs: number;

  beforeEach(() => {
    service = createService();
    browser = createBrowser();
    nowMs = 0;
  });

  /** Each call is a page of its own. */
  const openPage = (owner = OWNER) =>
    createOutbox({ api: service.api, store: createUnsentStore(browser.window(), owner), now: () => nowMs });
  const states = (outbox: ReturnType<typeof openPage>, ...expected: readonly Outgoing['state'][]) =>
    eventually(`they are ${expected}`, () => expect(outbox.of('c').map(({ state }) => state)).to.deep.equal(expected));

  it('is kept until the service has it, and goes once although the session ended meanwhile', async () => {
    service.failWith(sessionEnded());
    const before = openPage();
    before.send('c', [text('one'), text('two')]);
    await states(before, 'refused', 'waiting');
    service.recover();
    const after = openPage();
    after.goOn();
    await states(after, 'accepted', 'accepted');
    expect(service.sent()).to.deep.equal([{ text: 'one' }, { text: 'two' }]);
    expect(openPage().of('c')).to.deep.equal([]);
    expect(browser.entries.size).to.equal(0);
  });

  it('is one message, also when the answer that accepted it was lost with the page', async () => {
    service.failWith(networkProblem(null), { isAccepted: true });
    const before = openPage();
    before.send('c', [text('one')]);
    await states(before, 'refused');
    service.recover();
    const after = openPage();
    after.goOn();
    await states(after, 'accepted');
    expect(service.sent()).to.deep.equal([{ text: 'one' }]);
  });

  it('is nobody else’s', async () => {
    service.failWith(sessionEnded());
    const before = openPage();
    before.send('c', [text('one')]);
    await states(before, 'refused');
    const another = { ...OWNER, userId: 'another' };
    expect(openPage(another).of('c')).to.deep.equal([]);
    forgetUnsent(browser.window(), another);
    expect(openPage().of('c')).to.have.length(1);
  });

  it('is gone with the sign-out, also what waits behind one that is under way', async () => {
    const answer = service.hold();
    const outbox = openPage();
    outbox.send('c', [text('one'), text('two')]);
    outbox.send('d', [picture]);
    await states(outbox, 'sending', 'waiting');
    await eventually('it uploads', () => outbox.of('d')[0]?.state === 'uploading');
    forgetUnsent(browser.window(), OWNER);
    answer();
    await states(outbox, 'accepted');
    await eventually('the picture is dropped', () => outbox.of('d').length === 0);
    expect(service.sent()).to.deep.equal([{ text: 'one' }]);
    expect(browser.entries.size).to.equal(0);
  });

  it('is not kept anew by what becomes of it after the sign-out', async () => {
    const answer = service.hold();
    const outbox = openPage();
    outbox.send('c', [text('one')]);
    await states(outbox, 'sending');
    forgetUnsent(browser.window(), OWNER);
    service.failWith(sessionEnded());
    answer();
    await states(outbox);
    expect(browser.entries.size).to.equal(0);
  });

  it('is gone from every window once it was discarded or sent in one', async () => {
    service.failWith(sessionEnded());
    const here = openPage();
    here.send('c', [text('one'), text('two'), text('three')]);
    await states(here, 'refused', 'waiting', 'waiting');
    const there = openPage();
    here.discard('c', here.of('c')[0]?.key ?? '');
    await states(here, 'refused', 'waiting');
    await states(there, 'refused', 'waiting');
    service.recover();
    here.retry('c', here.of('c')[0]?.key ?? '');
    await states(here, 'accepted', 'accepted');
    await eventually('none is left to be sent', () => there.of('c').every(({ state }) => state === 'accepted'));
    expect(service.sent()).to.deep.equal([{ text: 'two' }, { text: 'three' }]);
  });

  it('is sent although nothing can be kept', async () => {
    browser.fillUp();
    const outbox = openPage();
    outbox.send('c', [text('one')]);
    await states(outbox, 'accepted');
  });

  it('waits for its writer when it was left behind for long', async () => {
    service.failWith(sessionEnded());
    const before = openPage();
    before.send('c', [text('one')]);
    await states(before, 'refused');
    service.recover();
    nowMs = HOUR_MS + 1;
    const after = openPage();
    after.goOn();
    await states(after, 'refused');
    expect(after.of('c')[0]?.error).to.include({ code: 'left_behind' });
    expect(service.sent()).to.deep.equal([]);
    after.retry('c', after.of('c')[0]?.key ?? '');
    await states(after, 'accepted');
  });

  it('says of a picture that it was left behind, and holds back what was to follow it', async () => {
    service.failWith(sessionEnded());
    const before = openPage();
    before.send('c', [picture, text('The front.')]);
    await states(before, 'refused', 'waiting');
    service.recover();
    const after = openPage();
    after.goOn();
    await states(after, 'refused', 'waiting');
    expect(after.of('c')[0]).to.deep.include({ content: { kind: 'lost_image', name: 'front.png' } });
    expect(after.of('c')[0]?.error).to.include({ code: 'picture_gone' });
    after.discard('c', after.of('c')[0]?.key ?? '');
    await states(after, 'accepted');
    expect(service.sent()).to.deep.equal([{ text: 'The front.' }]);
  });

  it('goes by itself after what passes, and not after a refusal', async () => {
    const outbox = openPage();
    for (const [error, isAgain] of [
      [networkProblem(null), true],
      [new ApiProblem(503, { code: 'unavailable' }), true],
      [new ApiProblem(429, { code: 'too_many' }), true],
      [new ApiProblem(422, { code: 'text_too_long' }), false],
    ] as const) {
      service.failWith(error);
      outbox.send('c', [text(error.code)]);
      await eventually('it failed', () => expect(outbox.of('c').at(-1)?.state).to.equal('refused'));
      service.recover();
      outbox.goOn();
      if (isAgain) await eventually('it went', () => expect(outbox.of('c').at(-1)?.state).to.equal('accepted'));
      else expect(outbox.of('c').at(-1)?.state).to.equal('refused');
    }
  });

  it('may have arrived where nobody said that it was refused, and then alone', async () => {
    const outbox = openPage();
    const wasTried = async (error: unknown, content: Parameters<typeof outbox.send>[1][number]) => {
      service.failWith(error);
      outbox.send('c', [content]);
      await eventually('it failed', () => expect(outbox.of('c').at(-1)?.state).to.equal('refused'));
      const item = outbox.of('c').at(-1);
      outbox.discard('c', item?.key ?? '');
      return item?.wasTried;
    };
    expect(await wasTried(networkProblem(null), text('a'))).to.equal(true);
    expect(await wasTried(new ApiProblem(502, { code: 'service_unreachable' }), text('b'))).to.equal(true);
    expect(await wasTried(new ApiProblem(422, { code: 'text_too_long' }), text('c'))).to.equal(false);
    expect(await wasTried(sessionEnded(), text('d'))).to.equal(false);
    expect(await wasTried(networkProblem(null), picture)).to.equal(false);
  });
});
