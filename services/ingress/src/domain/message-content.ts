import { ok, type Result } from '@tiktok-channel/platform/kernel';
import { type Fields, idIn, objectIn, optionalObjectIn, textIn } from './fields.ts';
import { invalid, type Misreading } from './misreading.ts';
import type { MessageContent } from './records.ts';

type Blocks = Partial<Omit<MessageContent, 'kind' | 'tiktokType'>>;
type Read = (content: Fields) => Result<MessageContent, Misreading>;

/**
 * The block named after `type` (fact sheet, section 2.3). A type that is not known here is a message all the same: its
 * name and its raw content travel on, as UNSUPPORTED.
 */
export const readMessageContent: Read = (content) => {
  const { type } = content;
  if (typeof type !== 'string' || type === '') return invalid('type');
  return (readers.get(type) ?? readUnsupported)(content);
};

const contentOf = (kind: MessageContent['kind'], tiktokType: string, blocks: Blocks = {}): MessageContent => ({
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

const readUnsupported: Read = ({ type }) => ok(contentOf('UNSUPPORTED', String(type)));

const readText: Read = (content) => {
  const body = textIn(optionalObjectIn(content.text).body);
  return body === null ? invalid('text.body') : ok(contentOf('TEXT', 'text', { text: { body } }));
};

const readImage: Read = (content) => {
  const mediaId = idIn(optionalObjectIn(content.image).media_id);
  return mediaId === null ? invalid('image.media_id') : ok(contentOf('IMAGE', 'image', { image: { mediaId } }));
};

const readVideo: Read = (content) => {
  const mediaId = idIn(optionalObjectIn(content.video).media_id);
  return mediaId === null ? invalid('video.media_id') : ok(contentOf('VIDEO', 'video', { video: { mediaId } }));
};

/** Sources disagree on which of the two is always there; a post without either cannot be shown. */
const readSharedPost: Read = (content) => {
  const post = optionalObjectIn(content.share_post);
  const sharedPost = { videoId: idIn(post.video_id), embedUrl: textIn(post.embed_url) };
  if (sharedPost.videoId === null && sharedPost.embedUrl === null) return invalid('share_post');
  return ok(contentOf('SHARED_POST', 'share_post', { sharedPost }));
};

/** An integration that runs in production sends stickers without a block. */
const readSticker: Read = (content) =>
  ok(contentOf('STICKER', 'sticker', { sticker: { url: textIn(optionalObjectIn(content.sticker).url) } }));

const readEmoji: Read = (content) =>
  ok(contentOf('EMOJI', 'emoji', { emoji: { url: textIn(optionalObjectIn(content.emoji).url) } }));

/** The webhook nests its cards in `elements`; a send is flat, and so is the content list. */
const readTemplate: Read = (content) => {
  const template = objectIn(content.template);
  const type = textIn(template?.type);
  if (template === null || type === null) return invalid('template.type');
  const elements = Array.isArray(template.elements) ? template.elements : [template];
  return ok(contentOf('TEMPLATE', 'template', { template: { type: type.toUpperCase(), cards: elements.map(cardOf) } }));
};

type Card = NonNullable<MessageContent['template']>['cards'][number];

const cardOf = (element: unknown): Card => {
  const { title, buttons } = optionalObjectIn(element);
  return { title: textIn(title), buttons: Array.isArray(buttons) ? buttons.map(buttonOf) : [] };
};

/** A label is `text` in a webhook and `title` elsewhere. */
const buttonOf = (button: unknown): Card['buttons'][number] => {
  const { id, text, title, type } = optionalObjectIn(button);
  return { buttonId: idIn(id), label: textIn(text) ?? textIn(title), type: textIn(type) };
};

const readers: ReadonlyMap<string, Read> = new Map([
  ['text', readText],
  ['image', readImage],
  ['share_post', readSharedPost],
  ['video', readVideo],
  ['sticker', readSticker],
  ['emoji', readEmoji],
  ['template', readTemplate],
]);
