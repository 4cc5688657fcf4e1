import { ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import type { MessageContent } from './events.ts';
import { type Fields, idIn, optionalObjectIn, textIn } from './fields.ts';
import { invalid, type Misreading } from './misreading.ts';

type Read = (content: Fields) => Result<MessageContent, Misreading>;

/** The block named after `type` (fact sheet, section 2.3). Other types are read by later versions. */
export const readMessageContent: Read = (content) => {
  switch (content.type) {
    case 'text':
      return readText(content);
    case 'image':
      return readImage(content);
    case 'share_post':
      return readSharedPost(content);
    default:
      return typeof content.type === 'string'
        ? refuse({ reason: 'unsupported_message_type', detail: 'content.type' })
        : invalid('type');
  }
};

const readText: Read = (content) => {
  const body = textIn(optionalObjectIn(content.text).body);
  if (body === null) return invalid('text.body');
  return ok({ kind: 'TEXT', tiktokType: 'text', text: { body }, image: null, sharedPost: null });
};

const readImage: Read = (content) => {
  const mediaId = idIn(optionalObjectIn(content.image).media_id);
  if (mediaId === null) return invalid('image.media_id');
  return ok({ kind: 'IMAGE', tiktokType: 'image', text: null, image: { mediaId }, sharedPost: null });
};

/** Sources disagree on which of the two is always there; a post without either cannot be shown. */
const readSharedPost: Read = (content) => {
  const post = optionalObjectIn(content.share_post);
  const sharedPost = { videoId: idIn(post.video_id), embedUrl: textIn(post.embed_url) };
  if (sharedPost.videoId === null && sharedPost.embedUrl === null) return invalid('share_post');
  return ok({ kind: 'SHARED_POST', tiktokType: 'share_post', text: null, image: null, sharedPost });
};
