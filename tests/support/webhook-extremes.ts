/** Ingress's limit, by default. */
export const LARGEST_BYTES = 1_048_576;

const webhook = (event: string, content: string): string =>
  JSON.stringify({ event, create_time: 1_767_225_599, user_openid: 'biz-1', content });

const messageOf = (fields: object): string =>
  JSON.stringify({ conversation_id: 'C-1', message_id: 'M-1', timestamp: 1_767_225_599_120, type: 'text', ...fields });

/** A text message like any other. */
export const plainBody = (messageId: string): Buffer =>
  Buffer.from(webhook('im_receive_msg', messageOf({ message_id: messageId, text: { body: 'Hi' } })));

/** `body` with `@` widened by bytes that are no UTF-8 up to the limit: each becomes three in a text. */
const filled = (body: string): Buffer => {
  const [head = '', tail = ''] = body.split('@');
  return Buffer.concat([
    Buffer.from(head),
    Buffer.alloc(LARGEST_BYTES - head.length - tail.length, 0xff),
    Buffer.from(tail),
  ]);
};

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

const DEEP = 500_000;

const someReactions = (elements: number): readonly object[] =>
  Array.from({ length: elements }, (_, at) => ({ original_msg_id: `M-${at}`, timestamp: 1_767_225_599 }));

/** Bodies of the largest size, or with the most in them, each in one way. */
export const extremeBodies: Readonly<Record<string, Buffer>> = {
  'an empty body': Buffer.alloc(0),
  'a body of NULs': Buffer.alloc(LARGEST_BYTES),
  'a text that is no UTF-8 to the last byte': filled(webhook('im_receive_msg', messageOf({ text: { body: '@' } }))),
  'a conversation id of that kind': filled(
    webhook('im_receive_msg', messageOf({ conversation_id: '@', text: { body: '' } })),
  ),
  'an account of that kind': filled(webhook('im_receive_msg', '{}').replace('biz-1', '@')),
  'an event of that kind': filled(webhook('@', '{}')),
  'a link of that kind': filled(
    webhook('im_referral_msg', messageOf({ referral: { source: 'short_link', short_link: { ref: '@' } } })),
  ),
  'a flagged comment of that kind': filled(
    webhook(
      'im_receive_high_intent_comment',
      JSON.stringify({ comment_id: '1', comment_text: '@', timestamp: 1_767_225_599 }),
    ),
  ),
  'ids with lone surrogates': Buffer.from(
    webhook(
      'im_receive_msg',
      messageOf({ conversation_id: 'C\ud800', message_id: '\udc00\ud800', text: { body: '\udfff' } }),
    ),
  ),
  'a reason larger than Avro takes': Buffer.from(webhook('authorization.removed', '{"reason":2147483648}')),
  'a body of brackets': Buffer.from(nested(DEEP)),
  'content of brackets': Buffer.from(webhook('im_receive_msg', nested(DEEP))),
  'a notice with brackets in it': Buffer.from(webhook('authorization.removed', `{"reason":1,"x":${nested(DEEP)}}`)),
  'a notice with brackets and a long number in it': Buffer.from(
    webhook('authorization.removed', `{"reason":7300000000000000002,"x":${nested(DEEP)}}`),
  ),
  'a notice with very many members': Buffer.from(webhook('authorization.removed', `{"x":[${'1,'.repeat(DEEP)}1]}`)),
  'a message with very many cards': Buffer.from(
    webhook('im_send_msg', messageOf({ type: 'template', template: { type: 'x', elements: Array(100_000).fill(0) } })),
  ),
  'some hundred reactions': Buffer.from(
    webhook('im_receive_msg', messageOf({ type: 'reaction', reaction: someReactions(300) })),
  ),
  'nothing but reactions': Buffer.from(
    webhook('im_receive_msg', messageOf({ type: 'reaction', reaction: someReactions(14_000) })),
  ),
};
