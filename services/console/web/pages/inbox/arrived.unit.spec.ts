import { expect } from 'chai';
import type { Message } from '../../api/types.ts';
import { arrivedSince, fallenSince, newestIncoming } from './arrived.ts';

const said = (messageId: string, sentAt: number, direction: Message['direction'] = 'incoming') =>
  ({ messageId, sentAt, direction }) as Message;

describe('what is said to who cannot see the messages', () => {
  it('is what the customer has written since, in its order, and nothing of the past or of this side', () => {
    const before = [said('b', 20), said('a', 10)];
    const since = newestIncoming(before) ?? 0;
    const now = [said('e', 40), said('own', 35, 'outgoing'), said('d', 30), ...before, said('older', 5)];
    expect(arrivedSince(now, since).map(({ messageId }) => messageId)).to.deep.equal(['d', 'e']);
  });

  it('begins with the first answer of the service, also one that holds nothing of the customer', () => {
    expect(newestIncoming([])).to.equal(null);
    expect(newestIncoming([said('own', 35, 'outgoing')])).to.equal(0);
  });

  it('is also which answer has failed since, or got lost, once', () => {
    const answered = (replyId: string, sentAt: number, status: Message['status']) =>
      ({ messageId: null, replyId, sentAt, direction: 'outgoing', status }) as Message;
    const before = [answered('c', 30, 'queued'), answered('b', 20, 'unknown'), answered('a', 10, 'delayed')];
    const now = [
      answered('d', 40, 'failed'),
      answered('c', 31, 'sent'),
      answered('b', 20, 'failed'),
      answered('a', 10, 'unknown'),
      answered('past', 5, 'failed'),
    ];
    expect(fallenSince(now, before).map(({ replyId }) => replyId)).to.deep.equal(['a', 'b', 'd']);
    expect(fallenSince(now, now)).to.deep.equal([]);
    expect(fallenSince(now, [])).to.deep.equal([]);
  });
});
