import type { SendReply } from '../src/domain/send-reply.ts';

/** 2026-01-01T00:00:00Z */
export const T0 = 1_767_225_600_000;

/** A command to send a text; a test shows only what matters to it. */
export const sendReply = (overrides: Partial<SendReply> = {}): SendReply => ({
  replyId: 'reply-1',
  channelId: 'biz-1',
  conversationId: 'CONV+a/b==',
  text: 'Yes, all sizes.',
  attachments: [],
  action: null,
  quotedMessageId: null,
  retryOf: null,
  requestedBy: 'agent-1',
  requestedAt: T0,
  expiresAt: null,
  ...overrides,
});
