import type { Attachment, MessageContent, MessageReceived, SendReply } from '@tiktok-channel/schemas';

/** Content of a kind, the blocks of other kinds left out. In the order of the schema, in which it is read back. */
export const messageContent = ({
  kind,
  tiktokType,
  ...blocks
}: Partial<MessageContent> & Pick<MessageContent, 'kind' | 'tiktokType'>): MessageContent => ({
  kind,
  tiktokType,
  text: null,
  image: null,
  sharedPost: null,
  video: null,
  sticker: null,
  emoji: null,
  template: null,
  ...blocks,
});

export const textContent = (body: string | null): MessageContent =>
  messageContent({ kind: 'TEXT', tiktokType: 'text', text: { body } });

/** One attachment of a command. */
export const attachment = (overrides: Partial<Attachment> & Pick<Attachment, 'kind'>): Attachment => ({
  mediaId: null,
  url: null,
  itemId: null,
  template: null,
  ...overrides,
});

/** A received text, whole; a test shows only what matters to it. */
export const messageReceived = (overrides: Partial<MessageReceived> = {}): MessageReceived => ({
  channelId: 'biz-1',
  conversationId: 'CONV+a/b==',
  messageId: 'MSG-0001',
  sentAt: 1_767_225_599_120,
  sender: { userId: 'u-7f3a', username: 'mia.shopper' },
  recipient: { userId: 'biz-1', username: 'acme.store' },
  content: textContent('Is this in stock?'),
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
