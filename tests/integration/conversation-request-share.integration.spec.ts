import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import {
  type Bench,
  connected,
  image,
  prepareConversation,
  type RunningConversation,
  received,
  startConversation,
} from '../support/conversation.ts';
import { PNG } from '../support/images.ts';
import { type MediaPeers, startMediaPeers } from '../support/media-peers.ts';

const PER_SECOND = 10;
/** Each with a customer to look up and an image to fetch. */
const CONVERSATIONS = 15;
/** The first call may come late; none comes early. */
const LATENESS_MS = 500;

describe('two replicas of conversation', () => {
  let bench: Bench;
  let peers: MediaPeers;
  let replicas: readonly RunningConversation[];

  before(async () => {
    peers = await startMediaPeers();
    bench = await prepareConversation();
    const environment = { ...peers.environment, TIKTOK_REQUESTS_PER_SECOND: String(PER_SECOND) };
    replicas = [await startConversation(bench, { environment }), await startConversation(bench, { environment })];
  });

  after(async () => {
    for (const replica of replicas) await replica.stop();
    await bench.stop();
    await peers.stop();
  });

  it('look customers up and fetch media at one rate between them', async () => {
    const ids = Array.from({ length: CONVERSATIONS }, (_, index) => `CONV-${index}`);
    for (const id of ids) {
      peers.files.set(`MEDIA-${id}`, PNG);
      peers.contents.set(id, { participants: [], messages: [] });
    }
    await bench.publish(
      connected(),
      ...ids.map((id) => received({ conversationId: id, messageId: `m-${id}`, content: image(`MEDIA-${id}`) })),
    );
    const calls = () => peers.calls.filter(({ path }) => path.startsWith('/open_api/')).map(({ at }) => at);
    await eventually('all is asked for', () => calls().length >= 2 * CONVERSATIONS, { withinMs: 30_000 });

    const [first = 0, ...others] = calls().toSorted((a, b) => a - b);
    const tookMs = (others.at(-1) ?? 0) - first;
    expect(tookMs).to.be.greaterThan((others.length * 1_000) / PER_SECOND - LATENESS_MS);
  });
});
