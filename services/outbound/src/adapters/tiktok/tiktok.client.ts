import { type CircuitBreaker, CircuitOpen, FormData, HttpClientError } from '@tiktok-channel/platform/http-client';
import { type Clock, DependencyUnavailable } from '@tiktok-channel/platform/kernel';
import { type TikTokAnswer as ApiAnswer, type TikTokApi, tiktokCodes } from '@tiktok-channel/platform/tiktok';
import { z } from 'zod';
import type { CallGate, CallResult, TikTok, TikTokMessage } from '../../application/ports.ts';
import { type SendResult, sendResultOf, type TikTokAnswer } from '../../domain/send-result.ts';
import { contentList, listedContent } from './content-list.ts';

const sent = z.object({ message: z.object({ message_id: z.string() }) });
const capabilities = z.object({
  capability_infos: z.array(z.object({ capability_type: z.string(), capability_result: z.boolean() })),
});
const uploaded = z.object({ media_id: z.string().min(1) });

export interface TikTokOptions {
  readonly api: TikTokApi;
  /** Passed by every call but a send, which passes it before its attempt begins. */
  readonly gate: CallGate;
  readonly circuit: Pick<CircuitBreaker, 'call'>;
  /** Told of every answer, so that a share that TikTok refuses shrinks. */
  readonly onAnswer: (answer: { readonly isRefusedForNumber: boolean }) => void;
  readonly clock: Clock;
}

export const createTikTok = ({ api, gate, circuit, onAnswer, clock }: TikTokOptions): TikTok => {
  const guarded = async (call: () => Promise<ApiAnswer>): Promise<ApiAnswer> => {
    const answer = await circuit.call(call, isServersFault);
    onAnswer({ isRefusedForNumber: answer.code === tiktokCodes.tooManyRequests });
    return answer;
  };
  const calling = async <T>(schema: z.ZodType<T>, call: () => Promise<ApiAnswer>): Promise<CallResult<T>> => {
    const entered = await gate.enter();
    if (entered.kind === 'postponed') return entered;
    await entered.turn.begins();
    entered.turn.begun();
    try {
      return resultOf(schema, await guarded(call));
    } catch (error) {
      const isAway = error instanceof HttpClientError || error instanceof CircuitOpen;
      throw isAway ? new DependencyUnavailable('tiktok', error) : error;
    }
  };
  const askCapability = (
    { channelId, accessToken }: Parameters<TikTok['canSendImages']>[0],
    conversationId: string,
    conversationType: 'SINGLE' | 'STRANGER',
  ) => {
    const query = {
      business_id: channelId,
      capability_types: JSON.stringify(['IMAGE_SEND']),
      conversation_id: conversationId,
      conversation_type: conversationType,
    };
    return calling(capabilities, () => api.get('business/message/capabilities/get/', { query, accessToken }));
  };

  return {
    send: async ({ channelId, accessToken }, conversationId, message, deadline) => {
      const recipient = { business_id: channelId, recipient_type: 'CONVERSATION', recipient: conversationId };
      const body = { ...recipient, ...messageFields(message) };
      try {
        const answer = await guarded(() =>
          api.post('business/message/send/', { body, accessToken, until: { clock, ...deadline } }),
        );
        return judged(answer, message);
      } catch (error) {
        return resultOfError(error);
      }
    },

    listContent: async ({ channelId, accessToken }, conversationId) => {
      const query = { business_id: channelId, conversation_id: conversationId };
      const listed = await calling(contentList, () =>
        api.get('business/message/content/list/', { query, accessToken }),
      );
      return mapped(listed, (list) => listedContent({ channelId, conversationId }, list));
    },

    canSendImages: async (caller, { conversationId, hasReplied }) => {
      // The type changes with the first reply, which the facts may not show yet.
      const [likely, other] = hasReplied ? (['SINGLE', 'STRANGER'] as const) : (['STRANGER', 'SINGLE'] as const);
      const first = await askCapability(caller, conversationId, likely);
      const isOther = first.kind === 'rejected' && first.answer.code === tiktokCodes.invalidParameter;
      const told = isOther ? await askCapability(caller, conversationId, other) : first;
      // What TikTok says nothing about is left to the send.
      return mapped(told, ({ capability_infos }) => capability_infos.every((each) => each.capability_result));
    },

    uploadImage: async ({ channelId, accessToken }, { bytes, mediaType }) => {
      const form = new FormData();
      form.set('business_id', channelId);
      form.set('media_type', 'IMAGE');
      form.set('file', new Blob([new Uint8Array(bytes)], { type: mediaType }), FILE_NAMES[mediaType] ?? 'image');
      const done = await calling(uploaded, () =>
        api.post('business/message/media/upload/', { body: form, accessToken }),
      );
      return mapped(done, ({ media_id }) => media_id);
    },
  };
};

const FILE_NAMES: Readonly<Record<string, string>> = { 'image/jpeg': 'image.jpg', 'image/png': 'image.png' };

const messageFields = (message: TikTokMessage) => {
  switch (message.kind) {
    case 'text': {
      const { text, quotedMessageId } = message;
      const quote = { referenced_message_info: { referenced_message_id: quotedMessageId } };
      return { message_type: 'TEXT', text: { body: text }, ...(quotedMessageId === null ? {} : quote) };
    }
    case 'image':
      return { message_type: 'IMAGE', image: { media_id: message.tiktokMediaId } };
    case 'sharedPost':
      return { message_type: 'SHARE_POST', share_post: { item_id: message.itemId } };
    case 'template': {
      const { type, title, buttons } = message.card;
      const reply = buttons.map(({ buttonId: id, title: label }) => ({ type: 'REPLY', title: label, id }));
      return { message_type: 'TEMPLATE', template: { type, title, buttons: reply } };
    }
    case 'action':
      return { message_type: 'SENDER_ACTION', sender_action: message.action };
  }
};

const judged = (answer: ApiAnswer, message: TikTokMessage): SendResult =>
  sendResultOf({
    httpStatus: answer.httpStatus,
    answer: answerOf(answer),
    tiktokMessageId: sent.safeParse(answer.data).data?.message.message_id ?? null,
    hasMessage: message.kind !== 'action',
  });

/** Whatever is no answer is uncertain, but for a request of which nothing was written. */
const resultOfError = (error: unknown): SendResult => {
  const isUnsent = error instanceof CircuitOpen || (error instanceof HttpClientError && error.code === 'unreachable');
  return isUnsent ? { kind: 'unsent' } : { kind: 'uncertain', answer: null };
};

const SERVER_CODES: ReadonlySet<number> = new Set([tiktokCodes.serverError, tiktokCodes.systemError]);

const isServersFault = ({ httpStatus, code }: ApiAnswer): boolean => httpStatus >= 500 || SERVER_CODES.has(code);

/** A server error, and data that is not what was asked for, are no answer. */
const resultOf = <T>(schema: z.ZodType<T>, answer: ApiAnswer): CallResult<T> => {
  if (answer.httpStatus >= 500) throw new DependencyUnavailable('tiktok');
  if (answer.code !== tiktokCodes.ok) return { kind: 'rejected', answer: answerOf(answer) };
  const data = schema.safeParse(answer.data);
  if (!data.success) throw new DependencyUnavailable('tiktok');
  return { kind: 'answered', value: data.data };
};

const answerOf = ({ code, message, requestId }: ApiAnswer): TikTokAnswer => ({ code, message, requestId });

const mapped = <From, To>(result: CallResult<From>, map: (value: From) => To): CallResult<To> =>
  result.kind === 'answered' ? { kind: 'answered', value: map(result.value) } : result;
