import { expect } from 'chai';
import type { HistoryRequest } from '../records.ts';
import { matchNotice, mayHoldNoticed } from './european-notice.ts';
import { furtherOf, type ImportProgress, readBefore, requestKey, wantedBy } from './import-progress.ts';
import type { ListedMessage } from './listed-message.ts';

const NOTICED_AT = 1_767_225_599_120;

const message = (messageId: string, offsetMs: number, direction: ListedMessage['direction'] = 'received') =>
  ({ messageId, direction, sentAt: NOTICED_AT + offsetMs, reactions: [] }) as unknown as ListedMessage;

const matched = (...messages: readonly ListedMessage[]) => {
  const match = matchNotice(NOTICED_AT, messages);
  return match.kind === 'found' ? match.message.messageId : match.kind;
};

describe('the message of a European notice', () => {
  it('is the only one that a person sent within five seconds', () => {
    expect(matched(message('far', -5_001), message('near', -5_000), message('late', 60_000))).to.equal('near');
  });

  it('is never one that the business sent', () => {
    expect(matched(message('echo', 0, 'echoed'))).to.equal('none');
  });

  it('is ambiguous when several are as near', () => {
    expect(matched(message('one', -300), message('other', 4_000))).to.equal('ambiguous');
    expect(matched(message('one', 0), message('other', 0))).to.equal('ambiguous');
  });

  it('is the one of that very millisecond, also of somebody who writes in a hurry', () => {
    expect(matched(message('before', -900), message('it', 0), message('after', 1_200))).to.equal('it');
  });

  it('is looked for in conversations that were updated from five minutes before it on', () => {
    const updated = (offsetMs: number | null) =>
      mayHoldNoticed(
        { conversationId: 'C', updatedAt: offsetMs === null ? null : NOTICED_AT + offsetMs, ads: [] },
        NOTICED_AT,
      );

    expect([-300_001, -300_000, 0, 3_600_000, null].map(updated)).to.deep.equal([false, true, true, true, true]);
  });
});

const progress = (state: ImportProgress['state'], resumeAfter: string | null): ImportProgress => ({
  channelId: 'biz-1',
  requestId: 'request-1',
  state,
  conversationsTotal: 3,
  conversationsDone: 1,
  messagesFound: 1,
  resumeAfter,
  reason: null,
  at: 1,
});
const request = (conversationId: string | null): HistoryRequest => ({
  requestId: 'request-1',
  channelId: 'biz-1',
  conversationId,
  noticedAt: null,
  reason: 'requested',
  requestedBy: 'olga',
  requestedAt: 1,
});
const listed = ['A', 'B', 'D'].map((conversationId) => ({ conversationId, updatedAt: 1, ads: [] }));

describe('an import', () => {
  it('is as far as the further of two reports on it', () => {
    const [started, running, failed] = [progress('STARTED', null), progress('RUNNING', 'B'), progress('FAILED', 'A')];

    expect(furtherOf(started, running)).to.equal(running);
    expect(furtherOf(running, started)).to.equal(running);
    expect(furtherOf(failed, running)).to.equal(failed);
    expect(furtherOf(running, failed)).to.equal(failed);
  });

  it('goes on behind the conversation that was read last, whether or not that is listed still', () => {
    expect([null, 'A', 'C', 'D'].map((resumeAfter) => readBefore(listed, resumeAfter))).to.deep.equal([0, 1, 2, 3]);
  });

  it('reads all that is listed, or the one conversation that was asked for, listed or not', () => {
    const ids = (conversationId: string | null) =>
      wantedBy(request(conversationId), listed).map((wanted) => wanted.conversationId);

    expect([ids(null), ids('B'), ids('an-old-one')]).to.deep.equal([['A', 'B', 'D'], ['B'], ['an-old-one']]);
  });

  it('is another one in another channel', () => {
    expect(requestKey({ channelId: 'a', requestId: 'b' })).to.not.equal(
      requestKey({ channelId: 'a"', requestId: 'b' }),
    );
  });
});
