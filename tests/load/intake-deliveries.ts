import { createHmac, hash } from 'node:crypto';

export interface SignedDelivery {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Conversations are many, so that every partition has its share. */
const CONVERSATIONS = 1_000;

/** As opaque as TikTok's: base64, so that `+`, `/` and `=` occur. */
const opaqueId = (kind: string, name: string): string => hash('sha256', `${kind} ${name}`, 'buffer').toString('base64');

const BUSINESS = opaqueId('business', '1');

/** One text message as TikTok delivers it, some 950 bytes; `run` and `index` make its message id. */
export const signedDelivery = (secret: string, run: string, index: number): SignedDelivery => {
  const nowMs = Date.now();
  const person = index % CONVERSATIONS;
  const content = {
    from: `customer.${person}`,
    to: 'acme.store',
    unique_identifier: opaqueId('person', String(person)),
    from_user: { id: opaqueId('person', String(person)), role: 'personal_account' },
    to_user: { id: BUSINESS, role: 'business_account' },
    conversation_id: opaqueId('conversation', String(person)),
    message_id: opaqueId('message', `${run}-${index}`),
    timestamp: nowMs,
    type: 'text',
    text: { body: 'Hello! Is the blue one in stock in size M, and how long does shipping take?' },
    scene_type: 0,
    is_follower: false,
    message_tag: { source: 'APP' },
  };
  const seconds = String(Math.floor(nowMs / 1_000));
  const body = JSON.stringify({
    client_key: '7300000000000000001',
    event: 'im_receive_msg',
    create_time: Number(seconds),
    user_openid: BUSINESS,
    content: JSON.stringify(content),
  });
  const signature = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'tiktok-signature': `t=${seconds},s=${signature}`,
      'webhook-schema-version': '1.0',
      'x-tt-logid': `20260101000000${run}${index}`,
    },
  };
};
