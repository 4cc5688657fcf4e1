import { crc32, deflateSync } from 'node:zlib';
import type { Driver } from './driver.ts';

/** A picture in one colour with a lighter band, so that it can be seen and told apart. */
export const picture = ({
  width = 320,
  height = 220,
  colour = [214, 120, 84],
}: {
  readonly width?: number;
  readonly height?: number;
  readonly colour?: readonly [number, number, number];
} = {}): Buffer => {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y += 1) {
    const light = Math.abs(y - height / 2) < height / 8 ? 40 : Math.round((y / height) * 30);
    for (let x = 0; x < width; x += 1) {
      const at = y * (width * 3 + 1) + 1 + x * 3;
      for (const [index, value] of colour.entries()) rows[at + index] = Math.min(255, value + light);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
};

const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(body.length + 8);
  frame.writeUInt32BE(data.length, 0);
  frame.set(body, 4);
  frame.writeUInt32BE(crc32(body), body.length + 4);
  return frame;
};

const segment = encodeURIComponent;

/** Conversations that show all that a page has to show; answers the one that has the most. */
export const writeDemoConversations = async (shop: Driver, channelId: string): Promise<string> => {
  const act = (username: string, what: string, body: object) =>
    shop.control<{ messageId: string }>(
      `/_control/businesses/${segment(channelId)}/customers/${segment(username)}/${what}`,
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    );
  const others: readonly (readonly [string, string, object])[] = [
    ['thuy.nguyen', 'Thuy Nguyen', { type: 'text', text: 'Thanks, the parcel is here!' }],
    [
      'pablo.brandt',
      'Pablo Brandt',
      { type: 'image', imageBase64: picture({ colour: [90, 140, 190] }).toString('base64') },
    ],
    ['leila.ahmadi', 'Leila Ahmadi', { type: 'text', text: 'Can you send me a picture of the lining?' }],
    ['dae.kim', 'Dae Kim', { type: 'share_post', videoId: '7106594312292453675' }],
    ['ana.sousa', 'Ana Sousa', { type: 'sticker' }],
  ];
  for (const [username, displayName, message] of others) {
    await shop.customer(channelId, username).send({ displayName, ...message });
  }

  const mia = shop.customer(channelId, 'mia.shopper');
  await act('mia.shopper', 'referrals', { source: 'ad', adId: 'ad-1', adName: 'Winter' }).catch(() => undefined);
  const { conversationId } = await mia.send({
    displayName: 'Mia Shopper',
    type: 'share_post',
    videoId: '7106594312292453675',
  });
  const question = await mia.send({ type: 'text', text: 'Is this jacket in stock in M?' });
  await act('mia.shopper', 'reactions', { messageId: question.messageId, emoji: '❤️', by: 'business' });
  const answer = await mia.businessWritesInApp('Yes, in green and black. Shall I keep one for you?');
  await mia.read();
  await mia.send({ type: 'image', imageBase64: picture({ colour: [60, 110, 90] }).toString('base64') });
  await mia.send({ type: 'text', text: 'Perfect, and can I pick it up in store?', quotedMessageId: answer.messageId });
  await mia.send({ type: 'sticker' });
  await mia.send({ type: 'voice' });
  return conversationId;
};
