import type { ReplyWindow, ReplyWindowFacts } from '@tiktok-channel/platform/reply-rules';
import type {
  ContentView,
  ConversationView,
  EuropeanNoticeView,
  FailureView,
  MediaView,
  MessageView,
  ReplyView,
} from '../../application/views.ts';
import { MEDIA_PATH } from './paths.ts';

/** The JSON of the API. Times are epoch milliseconds; what TikTok did not say is null. */
export const conversationJson = (view: ConversationView, windowOf: (facts: ReplyWindowFacts) => ReplyWindow) => ({
  conversationId: view.conversationId,
  channelId: view.channelId,
  customer: {
    userId: view.customer.userId,
    username: view.customer.username,
    displayName: view.customer.displayName,
    avatarUrl: view.customer.avatarMediaId === null ? null : `${MEDIA_PATH}/${view.customer.avatarMediaId}`,
    profileUrl:
      view.customer.username === null ? null : `https://www.tiktok.com/@${encodeURIComponent(view.customer.username)}`,
    isFollower: view.customer.isFollower,
  },
  lastMessage: messageJson(view.lastMessage),
  referrals: view.referrals,
  unreadCount: view.unreadCount,
  replyWindow: replyWindowJson(view.windowFacts, windowOf),
  updatedAt: view.updatedAt,
});

/** Where TikTok itself said that it is closed, nothing remains whatever the rules say. */
const replyWindowJson = (facts: ReplyWindowFacts, windowOf: (facts: ReplyWindowFacts) => ReplyWindow) => {
  const { rule, isCertain, closesAtMs, remaining } = windowOf(facts);
  return facts.isClosedByTikTok
    ? { rule, certain: true, closesAt: null, remaining: 0 }
    : { rule, certain: isCertain, closesAt: closesAtMs, remaining };
};

export const messageJson = (view: MessageView) => ({
  messageId: view.messageId,
  replyId: view.replyId,
  conversationId: view.conversationId,
  direction: view.direction,
  source: view.source ?? 'unknown',
  automatic: view.automaticType,
  content: contentJson(view.content),
  quotedMessageId: view.quotedMessageId,
  buttonTap: view.buttonTap,
  reactions: view.reactions,
  sentAt: view.sentAt,
  status: view.status,
  delay: view.delay,
  failure: failureJson(view.failure),
});

const contentJson = (content: ContentView) => {
  switch (content.kind) {
    case 'text':
      return { kind: 'text', text: content.text };
    case 'image':
      return { kind: 'image', media: mediaJson(content.media) };
    case 'video':
      return { kind: 'video', media: mediaJson(content.media) };
    case 'sticker':
      return { kind: 'sticker', pictureUrl: content.pictureUrl };
    case 'emoji':
      return { kind: 'emoji', pictureUrl: content.pictureUrl };
    case 'template':
      return { kind: 'template', template: content.template };
    case 'shared_post':
      return { kind: 'shared_post', videoId: content.videoId, embedUrl: content.embedUrl };
    case 'unsupported':
    case null:
      return { kind: 'unsupported', tiktokType: content.tiktokType };
  }
};

const mediaJson = (media: MediaView | null) =>
  media === null ? null : { ...media, url: media.state === 'stored' ? `${MEDIA_PATH}/${media.mediaId}` : null };

const failureJson = (failure: FailureView | null) =>
  failure === null
    ? null
    : {
        code: failure.code,
        retryable: failure.retryable,
        message: failure.message,
        advice: failure.advice,
        nextAllowedAt: failure.nextAllowedAt,
        tiktok:
          failure.tiktokCode === null && failure.tiktokRequestId === null
            ? null
            : { code: failure.tiktokCode, requestId: failure.tiktokRequestId },
      };

/** Of a kind, so that others can come beside it. */
export const noticeJson = ({ channelId, sentAt }: EuropeanNoticeView) => ({
  kind: 'european_message',
  channelId,
  sentAt,
});

export const replyJson = (view: ReplyView) => ({
  replyId: view.replyId,
  conversationId: view.conversationId,
  status: view.status,
  attempts: view.attempts,
  messageId: view.messageId,
  delay: view.delay,
  failure: failureJson(view.failure),
  retryOf: view.retryOf,
});
