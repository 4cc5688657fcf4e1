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
import { MEDIA_FAILURES } from '../../domain/media.ts';

/** Where the bytes of a medium can be had by whoever asks. */
export type MediaUrl = (mediaId: string) => string;

/** The JSON of the API. Times are epoch milliseconds; what TikTok did not say is null. */
export const conversationJson = (
  view: ConversationView,
  { windowOf, mediaUrl }: { readonly windowOf: (facts: ReplyWindowFacts) => ReplyWindow; readonly mediaUrl: MediaUrl },
) => ({
  conversationId: view.conversationId,
  channelId: view.channelId,
  customer: {
    userId: view.customer.userId,
    username: view.customer.username,
    displayName: view.customer.displayName,
    avatarUrl: view.customer.avatarMediaId && mediaUrl(view.customer.avatarMediaId),
    profileUrl:
      view.customer.username === null ? null : `https://www.tiktok.com/@${encodeURIComponent(view.customer.username)}`,
    isFollower: view.customer.isFollower,
  },
  lastMessage: messageJson(view.lastMessage, mediaUrl),
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

export const messageJson = (view: MessageView, mediaUrl: MediaUrl) => ({
  messageId: view.messageId,
  replyId: view.replyId,
  conversationId: view.conversationId,
  direction: view.direction,
  source: view.source ?? 'unknown',
  origin: view.origin,
  automatic: view.automaticType,
  content: contentJson(view.content, mediaUrl),
  quotedMessageId: view.quotedMessageId,
  buttonTap: view.buttonTap,
  reactions: view.reactions,
  sentAt: view.sentAt,
  status: view.status,
  delay: view.delay,
  isSettled: view.isSettled,
  failure: failureJson(view.failure),
});

const contentJson = (content: ContentView, mediaUrl: MediaUrl) => {
  switch (content.kind) {
    case 'text':
      return { kind: 'text', text: content.text };
    case 'image':
      return { kind: 'image', media: mediaJson(content.media, mediaUrl) };
    case 'video':
      return { kind: 'video', media: mediaJson(content.media, mediaUrl) };
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

const mediaJson = (media: MediaView | null, mediaUrl: MediaUrl) =>
  media && {
    mediaId: media.mediaId,
    state: media.state,
    url: media.state === 'stored' ? mediaUrl(media.mediaId) : null,
    failure: media.failure && { code: media.failure, message: MEDIA_FAILURES[media.failure].sentence },
  };

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
  isSettled: view.isSettled,
  failure: failureJson(view.failure),
  retryOf: view.retryOf,
});
