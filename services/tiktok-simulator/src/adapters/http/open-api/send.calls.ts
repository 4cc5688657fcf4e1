import { setTimeout as pause } from 'node:timers/promises';
import { ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import { z } from 'zod';
import type { SendCommand } from '../../../application/send-message.ts';
import type { TikTok } from '../../../application/tiktok.ts';
import { invalidParam, type Refusal, refusal } from '../../../domain/codes.ts';
import { businessCall, businessIdParam, type CallContext, conversationIdParam } from './call.ts';
import type { Endpoint } from './endpoint.ts';
import { type Answer, sendAnswer } from './envelope.ts';

const blocks = z.object({
  text: z.object({ body: z.string() }).optional(),
  image: z.object({ media_id: z.string().min(1) }).optional(),
  share_post: z.object({ item_id: z.string().min(1) }).optional(),
  sender_action: z.enum(['TYPING', 'MARK_READ']).optional(),
});
type Blocks = z.infer<typeof blocks>;
type Block = keyof Blocks;
const BLOCK_NAMES = Object.keys(blocks.shape) as readonly Block[];

interface TypeRow {
  readonly block: Block;
  readonly read: (given: Blocks) => SendCommand['content'] | undefined;
}

/** The types that can be sent: a row names the block that the type needs and what becomes of it. */
const TYPES = {
  TEXT: { block: 'text', read: ({ text }) => text && { type: 'text', text: text.body } },
  IMAGE: { block: 'image', read: ({ image }) => image && { type: 'image', mediaId: image.media_id } },
  SHARE_POST: {
    block: 'share_post',
    read: ({ share_post }) => share_post && { type: 'share_post', videoId: share_post.item_id },
  },
  SENDER_ACTION: { block: 'sender_action', read: ({ sender_action }) => sender_action && 'action' },
} as const satisfies Readonly<Record<string, TypeRow>>;

const sendParams = blocks.extend({
  business_id: businessIdParam,
  recipient_type: z.literal('CONVERSATION'),
  recipient: conversationIdParam,
  message_type: z.enum(Object.keys(TYPES) as readonly (keyof typeof TYPES)[]),
  referenced_message_info: z.object({ referenced_message_id: z.string().min(1) }).optional(),
});
type SendParams = z.infer<typeof sendParams>;

export const sendCalls = (tiktok: TikTok): readonly Endpoint[] => [
  {
    method: 'post',
    path: '/business/message/send/',
    handler: businessCall(tiktok, {
      from: 'body',
      schema: sendParams,
      scope: 'message.list.send',
      run: (context) => send(tiktok, context),
    }),
  },
];

const send = async (tiktok: TikTok, context: CallContext<SendParams>): Promise<Answer | 'answered'> => {
  const content = contentOf(context.params);
  if (!content.ok) return content;
  const checked = tiktok.sendMessage.check({
    business: context.business,
    conversationId: context.params.recipient,
    content: content.value,
    quotedMessageId: context.params.referenced_message_info?.referenced_message_id ?? null,
  });
  if (!checked.ok) return checked;

  const { send_rejects_with, send_answer, send_answer_delay_ms } = tiktok.switches.now();
  if (send_rejects_with !== null) return refuse(refusal(send_rejects_with));
  if (send_answer === '500_before_acceptance') return fail(context, 500);

  const messageId = tiktok.sendMessage.accept(checked.value);
  if (send_answer === '502_after_acceptance') return fail(context, 502);
  if (send_answer === 'dropped_after_acceptance') {
    context.req.socket.destroy();
    return 'answered';
  }
  if (send_answer_delay_ms > 0) await pause(send_answer_delay_ms);
  sendAnswer(tiktok, context.res, ok({ message: { message_id: messageId } }));
  return 'answered';
};

/** Exactly the block that the type names. */
const contentOf = (params: SendParams): Result<SendCommand['content'], Refusal> => {
  const { block, read } = TYPES[params.message_type];
  const other = BLOCK_NAMES.find((name) => name !== block && params[name] !== undefined);
  if (other !== undefined) return refuse(invalidParam(other, `is not allowed with ${params.message_type}`));
  const content = read(params);
  return content === undefined ? refuse(invalidParam(block, 'is required')) : ok(content);
};

const fail = ({ res }: CallContext<SendParams>, status: number): 'answered' => {
  res.status(status).type('text').send('upstream error');
  return 'answered';
};
