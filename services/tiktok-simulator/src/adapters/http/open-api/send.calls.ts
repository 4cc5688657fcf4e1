import { ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import { z } from 'zod';
import { pause } from '../../../application/pause.ts';
import type { SendCommand } from '../../../application/send-message.ts';
import type { TikTok } from '../../../application/tiktok.ts';
import { invalidParam, type Refusal, refusal } from '../../../domain/codes.ts';
import { businessCall, businessIdParam, type CallContext, conversationIdParam } from './call.ts';
import type { Endpoint } from './endpoint.ts';
import type { Answer } from './envelope.ts';
import { answerSend } from './send-answer.ts';

const button = z.object({ type: z.literal('REPLY'), title: z.string(), id: z.string().optional() });

const blocks = z.object({
  text: z.object({ body: z.string() }).optional(),
  image: z.object({ media_id: z.string().min(1) }).optional(),
  share_post: z.object({ item_id: z.string().min(1) }).optional(),
  template: z
    .object({ type: z.enum(['QA_BUTTON_CARD', 'QA_LINK_CARD']), title: z.string(), buttons: z.array(button) })
    .optional(),
  sender_action: z.enum(['TYPING', 'MARK_READ']).optional(),
});
type Blocks = z.infer<typeof blocks>;
type Block = keyof Blocks;
const BLOCK_NAMES = Object.keys(blocks.shape) as readonly Block[];

interface TypeRow {
  readonly block: Block;
  readonly read: (given: Blocks) => SendCommand['content'] | undefined;
}

const ACTIONS = { TYPING: { type: 'typing' }, MARK_READ: { type: 'mark_read' } } as const;
const CARDS = { QA_BUTTON_CARD: 'qa_button_card', QA_LINK_CARD: 'qa_link_card' } as const;

/** The types that can be sent: a row names the block that the type needs and what becomes of it. */
const TYPES = {
  TEXT: { block: 'text', read: ({ text }) => text && { type: 'text', text: text.body } },
  IMAGE: { block: 'image', read: ({ image }) => image && { type: 'image', mediaId: image.media_id } },
  SHARE_POST: {
    block: 'share_post',
    read: ({ share_post }) => share_post && { type: 'share_post', videoId: share_post.item_id },
  },
  TEMPLATE: { block: 'template', read: ({ template }) => template && cardOf(template) },
  SENDER_ACTION: { block: 'sender_action', read: ({ sender_action }) => sender_action && ACTIONS[sender_action] },
} as const satisfies Readonly<Record<string, TypeRow>>;

const sendParams = blocks.extend({
  business_id: businessIdParam,
  recipient_type: z.literal('CONVERSATION').optional(),
  recipient: conversationIdParam.optional(),
  direct_reply: z
    .object({
      reply_type: z.literal('COMMENT_REPLY'),
      comment_reply: z.object({ comment_id: z.string().min(1) }),
    })
    .optional(),
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
  const recipient = recipientOf(context.params);
  if (!recipient.ok) return recipient;
  const content = contentOf(context.params);
  if (!content.ok) return content;
  const checked = tiktok.sendMessage.check({
    business: context.business,
    recipient: recipient.value,
    content: content.value,
    quotedMessageId: context.params.referenced_message_info?.referenced_message_id ?? null,
  });
  if (!checked.ok) return checked;

  const { send_rejects_with, send_answer, send_answer_delay_ms, send_answer_every } = tiktok.switches.now();
  const accept = () => tiktok.sendMessage.accept(checked.value);
  if (tiktok.switches.count('sends') % send_answer_every !== 0)
    return answerSend('normal', { tiktok, context, accept });
  if (send_rejects_with !== null) return refuse(refusal(send_rejects_with));

  return answerSend(send_answer, {
    tiktok,
    context,
    accept,
    beforeAnswer: () => pause(tiktok.time, send_answer_delay_ms),
  });
};

/** A conversation, or a comment and then nothing else. */
const recipientOf = (params: SendParams): Result<SendCommand['recipient'], Refusal> => {
  const { direct_reply, recipient_type, recipient } = params;
  if (direct_reply !== undefined) {
    const other = (['recipient_type', 'recipient'] as const).find((name) => params[name] !== undefined);
    if (other !== undefined) return refuse(invalidParam(other, 'is not allowed with direct_reply'));
    return ok({ commentId: direct_reply.comment_reply.comment_id });
  }
  if (recipient_type === undefined) return refuse(invalidParam('recipient_type', 'is required'));
  if (recipient === undefined) return refuse(invalidParam('recipient', 'is required'));
  return ok({ conversationId: recipient });
};

/** Exactly the block that the type names. */
const contentOf = (params: SendParams): Result<SendCommand['content'], Refusal> => {
  const { block, read } = TYPES[params.message_type];
  const other = BLOCK_NAMES.find((name) => name !== block && params[name] !== undefined);
  if (other !== undefined) return refuse(invalidParam(other, `is not allowed with ${params.message_type}`));
  const content = read(params);
  return content === undefined ? refuse(invalidParam(block, 'is required')) : ok(content);
};

const cardOf = ({ type, title, buttons }: Required<Blocks>['template'] & object): SendCommand['content'] => ({
  type: 'template',
  card: CARDS[type],
  title,
  // The business's own id of a button; documentation copies do not call it required.
  buttons: buttons.map(({ title: label, id = '' }) => ({ id, title: label })),
});
