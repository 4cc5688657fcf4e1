import type { MessageReceived, SendReply } from '@tiktok-channel/schemas';

/** A received text, whole; a test shows only what matters to it. */
export const messageReceived = (overrides: Partial<MessageReceived> = {}): MessageReceived => ({
  channelId: 'biz-1',
  conversationId: 'CONV+a/b==',
  messageId: 'MSG-0001',
  sentAt: 1_767_225_599_120,
  sender: { userId: 'u-7f3a', username: 'mia.shopper' },
  recipient: { userId: 'biz-1', username: 'acme.store' },
  content: { kind: 'TEXT', tiktokType: 'text', text: { body: 'Is this in stock?' }, image: null, sharedPost: null },
  quotedMessageId: null,
  source: 'APP',
  automaticMessageType: null,
  buttonTap: null,
  isFollower: false,
  origin: 'WEBHOOK',
  logId: 'log-1',
  receivedAt: 1_767_225_600_000,
  rawContent: Buffer.from('{}'),
  ...overrides,
});

/** A command to send a text. */
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
  requestedAt: 1_767_225_600_000,
  expiresAt: null,
  ...overrides,
});
