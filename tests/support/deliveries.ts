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
  addresses: { readonly public: string; readonly appSecret: string },
  body: string,
): Promise<number> => {
  const t = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', addresses.appSecret).update(`${t}.${body}`).digest('hex');
  const response = await fetch(`${addresses.public}/webhooks/tiktok`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'tiktok-signature': `t=${t},s=${signature}` },
  });
  await response.arrayBuffer();
  return response.status;
};
