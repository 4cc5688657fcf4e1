import { z } from 'zod';
import { listQuery, messagesQuery, noticesQuery } from './conversation.routes.ts';
import { eventsQuery } from './event.routes.ts';
import { signedQuery } from './media-urls.ts';
import { neededKey, optionalKey, readBody, replyBody } from './reply.requests.ts';
import {
  conversationList,
  conversationResponse,
  messageList,
  noticeList,
  readResponse,
  replyResponse,
  typingResponse,
  uploadResponse,
} from './responses.ts';

/** One method of one path. The document is written from these, and a test holds the mounted routes against them. */
export interface Operation {
  readonly method: 'get' | 'put' | 'post';
  /** As OpenAPI writes it: `/v1/replies/{replyId}`. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Another body than JSON. */
  readonly content?: Readonly<Record<string, object>>;
  readonly status: 200 | 201 | 202;
  readonly response?: z.ZodType;
  readonly responseContent?: Readonly<Record<string, object>>;
  /** The address that an answer gave opens it without a token. */
  readonly isOpenBySignature?: true;
  /** What it refuses beside bad input, tokens and roles. */
  readonly refusals: Readonly<Record<number, string>>;
}

const NOT_THEIRS = "There is none, or it is another account's.";
const CONVERSATION = '/v1/conversations/{conversationId}';
const binary = { schema: { type: 'string', format: 'binary' } };

export const OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/conversations',
    operationId: 'listConversations',
    summary: 'Conversations, the newest first; with `search` those that match, by their newest match',
    query: listQuery,
    status: 200,
    response: conversationList,
    refusals: {},
  },
  {
    method: 'get',
    path: CONVERSATION,
    operationId: 'getConversation',
    summary: 'One conversation',
    status: 200,
    response: conversationResponse,
    refusals: { 404: NOT_THEIRS },
  },
  {
    method: 'get',
    path: `${CONVERSATION}/messages`,
    operationId: 'listMessages',
    summary: "Messages in TikTok's order",
    query: messagesQuery,
    status: 200,
    response: messageList,
    refusals: { 404: NOT_THEIRS },
  },
  {
    method: 'put',
    path: `${CONVERSATION}/read`,
    operationId: 'markRead',
    summary: "Moves the caller's read mark; once everything is read, the customer sees it",
    body: readBody,
    status: 200,
    response: readResponse,
    refusals: { 404: NOT_THEIRS },
  },
  {
    method: 'post',
    path: `${CONVERSATION}/typing`,
    operationId: 'showTyping',
    summary: 'Shows the customer for some seconds that an answer is being written',
    status: 202,
    response: typingResponse,
    refusals: { 404: NOT_THEIRS },
  },
  {
    method: 'post',
    path: `${CONVERSATION}/replies`,
    operationId: 'sendReply',
    summary: 'Takes a reply; the same key and body bring the same answer',
    headers: neededKey,
    body: replyBody,
    status: 202,
    response: replyResponse,
    refusals: { 404: NOT_THEIRS, 422: 'The key was used with another body, or TikTok takes no such message.' },
  },
  {
    method: 'get',
    path: '/v1/replies/{replyId}',
    operationId: 'getReply',
    summary: 'What has become of a reply',
    status: 200,
    response: replyResponse,
    refusals: { 404: NOT_THEIRS },
  },
  {
    method: 'post',
    path: '/v1/replies/{replyId}/retry',
    operationId: 'retryReply',
    summary: 'Sends what a failed reply held, as a reply of its own',
    headers: optionalKey,
    status: 202,
    response: replyResponse,
    refusals: {
      404: NOT_THEIRS,
      409: 'It did not fail.',
      422: 'The key was used with another body, or TikTok takes no such message.',
    },
  },
  {
    method: 'post',
    path: '/v1/replies/{replyId}/cancel',
    operationId: 'cancelReply',
    summary: 'Asks for a reply to be taken back; its status says whether it was',
    status: 202,
    response: replyResponse,
    refusals: { 404: NOT_THEIRS, 409: 'It has its verdict.' },
  },
  {
    method: 'get',
    path: '/v1/notices',
    operationId: 'listNotices',
    summary: 'Notices about channels, the newest first',
    query: noticesQuery,
    status: 200,
    response: noticeList,
    refusals: {},
  },
  {
    method: 'get',
    path: '/v1/events',
    operationId: 'followEvents',
    summary: 'Server-sent events of what changes, from the cursor or the `Last-Event-ID` on',
    query: eventsQuery,
    headers: z.object({ 'last-event-id': z.string().optional() }),
    status: 200,
    responseContent: { 'text/event-stream': { schema: { type: 'string' } } },
    refusals: {},
  },
  {
    method: 'post',
    path: '/v1/media',
    operationId: 'uploadMedia',
    summary: 'Keeps a JPEG or PNG of at most 3 MB for a reply',
    content: {
      'multipart/form-data': {
        schema: {
          type: 'object',
          properties: { file: binary.schema },
          required: ['file'],
          additionalProperties: false,
        },
      },
    },
    status: 201,
    response: uploadResponse,
    refusals: { 413: 'It is too large.', 415: 'It is neither JPEG nor PNG.' },
  },
  {
    method: 'get',
    path: '/v1/media/{mediaId}',
    operationId: 'getMedia',
    summary: 'The bytes, also in parts (`Range`), for a token or by the address that a message gave',
    query: signedQuery.partial(),
    isOpenBySignature: true,
    status: 200,
    responseContent: { 'image/*': binary, 'video/mp4': binary },
    refusals: {
      304: 'The caller has it (`If-None-Match`).',
      404: NOT_THEIRS,
      409: 'It is still being fetched.',
      416: 'The range lies behind its end.',
    },
  },
];
