import { createHmac } from 'node:crypto';

interface DeliveredText {
  readonly business: string;
  readonly conversationId: string;
  readonly messageId: string;
  readonly text: string;
  readonly at: number;
}

/** The body of a webhook as TikTok sends it, as small as the fact sheet allows. */
export const textDelivery = ({ business, conversationId, messageId, text, at }: DeliveredText): string =>
  JSON.stringify({
    event: 'im_receive_msg',
    create_time: Math.floor(at / 1000),
    user_openid: business,
    content: JSON.stringify({
      from: 'mia.shopper',
      to: 'acme.store',
      from_user: { id: 'u-7f3a', role: 'personal_account' },
      to_user: { id: business, role: 'business_account' },
      conversation_id: conversationId,
      message_id: messageId,
      timestamp: at,
      type: 'text',
      text: { body: text },
    }),
  });

/** Posts a body signed as TikTok would; answers the status. */
export const deliver = async (
  { public: origin, appSecret }: { readonly public: string; readonly appSecret: string },
  body: string | Buffer,
  logId?: string,
): Promise<number> => {
  const response = await fetch(`${origin}/webhooks/tiktok`, {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers: {
      'content-type': 'application/json',
      'tiktok-signature': signatureOf(body, appSecret),
      ...(logId === undefined ? {} : { 'x-tt-logid': logId }),
    },
  });
  await response.arrayBuffer();
  return response.status;
};

/** The `Tiktok-Signature` of a body, as of now or of some time ago. */
export const signatureOf = (body: string | Buffer, appSecret: string, secondsAgo = 0): string => {
  const t = Math.floor(Date.now() / 1_000) - secondsAgo;
  return `t=${t},s=${createHmac('sha256', appSecret).update(`${t}.`).update(body).digest('hex')}`;
};
