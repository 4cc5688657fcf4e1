import { FormData, HttpClientError } from '@tiktok-channel/platform/http-client';
import { type Clock, DependencyUnavailable } from '@tiktok-channel/platform/kernel';
import { type TikTokAnswer as ApiAnswer, type TikTokApi, tiktokCodes } from '@tiktok-channel/platform/tiktok';
import { z } from 'zod';
import type { CallResult, RequestRate, TikTok, TikTokMessage } from '../../application/ports.ts';
import { type SendResult, sendResultOf, type TikTokAnswer } from '../../domain/send-result.ts';

const sent = z.object({ message: z.object({ message_id: z.string() }) });
const contentList = z.object({ messages: z.array(z.object({ timestamp: z.number() })).default([]) });
const capabilities = z.object({
  capability_infos: z.array(z.object({ capability_type: z.string(), capability_result: z.boolean() })),
});
const uploaded = z.object({ media_id: z.string().min(1) });

/** `rate` paces every call but a send, which is paced before its attempt begins. */
export const createTikTok = ({
  api,
  rate,
  clock,
}: {
  readonly api: TikTokApi;
  readonly rate: RequestRate;
  readonly clock: Clock;
}): TikTok => {
  const calling = async <T>(schema: z.ZodType<T>, call: () => Promise<ApiAnswer>): Promise<CallResult<T>> => {
    await rate.take();
    try {
      return resultOf(schema, await call());
    } catch (error) {
      throw error instanceof HttpClientError ? new DependencyUnavailable('tiktok', error) : error;
    }
  };

  return {
    send: async ({ channelId, accessToken }, conversationId, message, deadlineMs) => {
      const body = {
        business_id: channelId,
        recipient_type: 'CONVERSATION',
        recipient: conversationId,
        ...messageFields(message),
      };
      try {
        return judged(
          await api.post('business/message/send/', { body, accessToken, until: { clock, atMs: deadlineMs } }),
        );
      } catch (error) {
        return error instanceof HttpClientError && error.code === 'unreachable'
          ? { kind: 'unsent' }
          : { kind: 'uncertain' };
      }
    },

    newestMessageAt: async ({ channelId, accessToken }, conversationId) => {
      const query = { business_id: channelId, conversation_id: conversationId };
      const listed = await calling(contentList, () =>
        api.get('business/message/content/list/', { query, accessToken }),
      );
      return mapped(listed, ({ messages }) => Math.max(0, ...messages.map(({ timestamp }) => timestamp)));
    },

    canSendImages: async ({ channelId, accessToken }, { conversationId, hasReplied }) => {
      const query = {
        business_id: channelId,
        capability_types: JSON.stringify(['IMAGE_SEND']),
        conversation_id: conversationId,
        conversation_type: hasReplied ? 'SINGLE' : 'STRANGER',
      };
      const told = await calling(capabilities, () =>
        api.get('business/message/capabilities/get/', { query, accessToken }),
      );
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
  }
};

const judged = (answer: ApiAnswer): SendResult =>
  sendResultOf({
    httpStatus: answer.httpStatus,
    answer: answerOf(answer),
    tiktokMessageId: sent.safeParse(answer.data).data?.message.message_id ?? null,
  });

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
