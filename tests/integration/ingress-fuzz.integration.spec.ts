import { expect } from 'chai';
import fc from 'fast-check';
import { scaled } from '../support/long.ts';
import { extremeBodies, LARGEST_BYTES, plainBody } from '../support/webhook-extremes.ts';
import { identityOf } from '../support/webhook-ids.ts';
import {
  type Published,
  signatureOf,
  startWebhookIngress,
  type WebhookIngress,
  webhookFixtures,
} from '../support/webhook-ingress.ts';
import { malformedRequest, sendRaw } from '../support/webhook-malformed.ts';
import { mutatedBody } from '../support/webhook-mutations.ts';

const SEED = 4;
const BODIES = scaled(400, 10_000);
const REQUESTS = scaled(300, 10_000);
const PATIENCE_MS = scaled(60_000, 900_000);

describe('ingress, given anything', function () {
  this.timeout(PATIENCE_MS);

  let ingress: WebhookIngress;
  /** Every body that was answered 200, by the log id under which it came. */
  const accepted = new Map<string, Buffer>();
  /** Of the malformed requests those that were good enough, by their message. */
  const acceptedRaw: string[] = [];
  let count = 0;

  const deliver = async (body: Buffer): Promise<number> => {
    count += 1;
    const logId = `log-${count}`;
    const status = await ingress.deliver(body, logId);
    if (status === 200) accepted.set(logId, body);
    return status;
  };

  before(async () => {
    ingress = await startWebhookIngress();
  });
  after(() => ingress.stop());

  it('answers 200 to each kind and each oddity, and to its redelivery', async () => {
    for (const body of webhookFixtures().values()) {
      expect([await deliver(body), await deliver(body)]).to.deep.equal([200, 200]);
    }
  });

  for (const [what, body] of Object.entries(extremeBodies)) {
    it(`answers 200 to ${what}`, async () => {
      expect(body.length).to.be.at.most(LARGEST_BYTES);
      expect(await deliver(body)).to.equal(200);
    });
  }

  it('answers 200 to whatever is signed', async () => {
    await fc.assert(
      fc.asyncProperty(mutatedBody([...webhookFixtures().values()]), async (body) => {
        expect(await deliver(body)).to.equal(200);
      }),
      { seed: SEED, numRuns: BODIES },
    );
  });

  it('answers no malformed request with a server error, and a good delivery right after it with 200', async () => {
    const good = () => {
      count += 1;
      const messageId = `RAW-${count}`;
      const body = plainBody(messageId);
      return { messageId, body, signature: signatureOf(body) };
    };
    await fc.assert(
      fc.asyncProperty(malformedRequest(good), async (request) => {
        const statuses = await sendRaw(ingress.addresses.public, request);
        expect(statuses.filter((status) => status >= 500 && status !== 503)).to.deep.equal([]);
        if (request.good !== null && statuses.includes(200)) acceptedRaw.push(request.good.messageId);
        expect(await deliver(plainBody(`MSG-${count}`))).to.equal(200);
      }),
      { seed: SEED, numRuns: REQUESTS },
    );
  });

  describe('has published', () => {
    let published: readonly Published[];
    let byLogId: Map<string, Published[]>;

    before(async () => {
      published = await ingress.published();
      byLogId = Map.groupBy(published, ({ decoded }) => logIdOf(decoded) ?? '');
    });

    it('every delivery that it answered 200', () => {
      const missing = [...accepted.keys()].filter((logId) => !byLogId.has(logId));

      expect(missing).to.deep.equal([]);
    });

    it('every request that it answered 200, odd as it was', () => {
      const messageIds = new Set(
        published.map(({ decoded }) => (decoded.name === 'MessageReceived' ? decoded.value.messageId : null)),
      );

      expect(acceptedRaw).to.not.be.empty;
      expect(acceptedRaw.filter((messageId) => !messageIds.has(messageId))).to.deep.equal([]);
    });

    it('as many events of a delivery as it states', () => {
      const wrong = [...accepted.keys()].filter((logId) => {
        const [first, ...others] = byLogId.get(logId) ?? [];
        return first === undefined || 1 + others.length !== statedIn(first.decoded);
      });

      expect(wrong).to.deep.equal([]);
    });

    it('each under the id and the key that it must have by what it says', () => {
      const wrong = published.filter(({ id, key, decoded }) => {
        const identity = identityOf(decoded, ingress.codec.fullName(decoded.name));
        return identity.id !== id || identity.key !== key;
      });

      expect(wrong.map(({ id, decoded }) => [decoded.name, id])).to.deep.equal([]);
    });

    it('what it could not read as it came, byte for byte', () => {
      const wrong = published.filter(({ decoded }) => {
        if (decoded.name !== 'WebhookUnrecognized') return false;
        const body = accepted.get(decoded.value.logId ?? '');
        return body !== undefined && decoded.value.rawBody?.equals(body) !== true;
      });

      expect(wrong).to.deep.equal([]);
    });

    it('some of everything, or these tests would show little', () => {
      expect([...new Set(published.map(({ decoded }) => decoded.name))]).to.have.members([
        'MessageReceived',
        'MessageEchoed',
        'ReactionChanged',
        'ReferralReceived',
        'ConversationRead',
        'EuropeanMessageNoticed',
        'AutoMessageConfigured',
        'AutoMessageAudited',
        'CommentFlagged',
        'AuthorizationRemoved',
        'WebhookUnrecognized',
      ]);
    });
  });

  it('has logged no error', () => {
    expect(ingress.log.filter(({ level }) => level === 'error')).to.deep.equal([]);
  });
});

type Decoded = Published['decoded'];

const logIdOf = ({ value }: Decoded): string | null => ('logId' in value ? value.logId : null);

/** How many events the delivery of this record states: one, or one for each reaction. */
const statedIn = (decoded: Decoded): number => {
  if (decoded.name !== 'ReactionChanged') return 1;
  const content = JSON.parse(decoded.value.rawContent?.toString() ?? '') as { readonly reaction: readonly unknown[] };
  return content.reaction.length;
};
