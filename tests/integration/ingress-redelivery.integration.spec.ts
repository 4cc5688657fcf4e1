import { topics, type WebhookUnrecognized } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import {
  type Published,
  signatureOf,
  startWebhookIngress,
  type WebhookIngress,
  webhookFixtures,
} from '../support/webhook-ingress.ts';

/** When the deliveries first arrived: before this version, which can read more. */
const RECEIVED_AT = 1_767_225_600_000;

describe('an unrecognised delivery that is given back', () => {
  let ingress: WebhookIngress;

  /** As a version left it that could not read reactions yet. */
  const leave = async (fixture: string): Promise<WebhookUnrecognized> => {
    const record = {
      channelId: 'biz-open-id-1',
      event: 'im_receive_msg',
      reason: 'invalid_content',
      detail: 'content.type',
      rawBody: webhookFixtures().get(fixture) ?? null,
      logId: `log-of-${fixture}`,
      receivedAt: RECEIVED_AT,
    };
    const value = ingress.codec.encode('WebhookUnrecognized', record);
    const headers = { ce_id: `left-${fixture}` };
    await ingress.kafka.send([{ topic: topics.webhooksUnrecognized.name, key: record.channelId, value, headers }]);
    return record;
  };

  const giveBack = async ({ rawBody, logId, receivedAt }: WebhookUnrecognized) => {
    const body = rawBody ?? Buffer.alloc(0);
    const response = await fetch(`${ingress.addresses.internal}/internal/v1/redeliveries`, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: {
        'tiktok-signature': signatureOf(body),
        'x-tt-logid': logId ?? '',
        'x-received-at': String(receivedAt),
      },
    });
    return JSON.parse(await response.text());
  };

  const unrecognized = async (): Promise<readonly Published[]> =>
    (await ingress.published()).filter(({ decoded }) => decoded.name === 'WebhookUnrecognized');

  const leftBehind = async (id: string): Promise<WebhookUnrecognized> => {
    const found = (await unrecognized()).find((record) => record.id === id);
    return found?.decoded.value as WebhookUnrecognized;
  };

  before(async () => {
    ingress = await startWebhookIngress();
  });
  after(() => ingress.stop());

  it('is on its topic once, as it would have been, with the id that its webhook has', async () => {
    await leave('reaction-added');
    const answer = await giveBack(await leftBehind('left-reaction-added'));
    const reactions = (await ingress.published()).filter(({ decoded }) => decoded.name === 'ReactionChanged');

    expect(answer).to.deep.equal({
      kind: 'published',
      events: reactions.map(({ id }) => ({ type: 'ReactionChanged', id })),
    });
    expect(reactions.map(({ decoded }) => decoded.value)).to.have.length(1);
    expect(reactions[0]?.decoded.value).to.include({ logId: 'log-of-reaction-added', receivedAt: RECEIVED_AT });

    await ingress.deliver(webhookFixtures().get('reaction-added') ?? Buffer.alloc(0), 'log-of-webhook');
    const both = (await ingress.published()).filter(({ decoded }) => decoded.name === 'ReactionChanged');

    expect(both.map(({ id }) => id)).to.deep.equal([reactions[0]?.id, reactions[0]?.id]);
  });

  it('is not there a second time when it still cannot be read', async () => {
    await leave('message-without-id');
    const before = (await unrecognized()).length;
    const answer = await giveBack(await leftBehind('left-message-without-id'));

    expect(answer).to.deep.equal({ kind: 'unrecognized', reason: 'invalid_content', detail: 'content.message_id' });
    expect(await unrecognized()).to.have.length(before);
  });
});
