import { expect } from 'chai';
import { checkContent, isSendableImageType, type ReplyAttachment, type ReplyContent } from './index.ts';

const content = (overrides: Partial<ReplyContent>): ReplyContent => ({
  text: null,
  attachments: [],
  quotedMessageId: null,
  ...overrides,
});
const attachment = (overrides: Partial<ReplyAttachment>): ReplyAttachment => ({
  kind: 'IMAGE',
  mediaId: null,
  url: null,
  itemId: null,
  template: null,
  ...overrides,
});
const image = attachment({ mediaId: 'media-1' });
type Template = NonNullable<ReplyAttachment['template']>;
const button = (overrides: Partial<Template['buttons'][number]> = {}) => ({ buttonId: 'b1', title: 'S', ...overrides });
const card = (overrides: Partial<Template> = {}): Template => ({
  type: 'QA_BUTTON_CARD',
  title: 'Which size?',
  buttons: [button()],
  ...overrides,
});

describe('the content of a reply', () => {
  for (const { name, given, sendable } of [
    {
      name: 'a text',
      given: content({ text: 'Yes.' }),
      sendable: { kind: 'text', text: 'Yes.', quotedMessageId: null },
    },
    {
      name: 'a text that quotes',
      given: content({ text: 'Yes.', quotedMessageId: 'MSG-1' }),
      sendable: { kind: 'text', text: 'Yes.', quotedMessageId: 'MSG-1' },
    },
    {
      name: 'a text of 6000 emoji',
      given: content({ text: '👍'.repeat(6_000) }),
      sendable: { kind: 'text', text: '👍'.repeat(6_000), quotedMessageId: null },
    },
    {
      name: 'an image by media id',
      given: content({ attachments: [image] }),
      sendable: { kind: 'image', from: { mediaId: 'media-1' } },
    },
    {
      name: 'an image beside an empty text',
      given: content({ text: '', attachments: [image] }),
      sendable: { kind: 'image', from: { mediaId: 'media-1' } },
    },
    {
      name: 'an image by its address',
      given: content({ attachments: [attachment({ url: 'https://example.com/a.png' })] }),
      sendable: { kind: 'image', from: { url: 'https://example.com/a.png' } },
    },
    {
      name: 'a card at every limit',
      given: content({
        attachments: [
          attachment({
            kind: 'TEMPLATE',
            template: card({
              title: '👍'.repeat(40),
              buttons: Array(3).fill(button({ buttonId: 'i'.repeat(40), title: '👍'.repeat(20) })),
            }),
          }),
        ],
      }),
      sendable: {
        kind: 'template',
        card: {
          type: 'QA_BUTTON_CARD',
          title: '👍'.repeat(40),
          buttons: Array(3).fill({ buttonId: 'i'.repeat(40), title: '👍'.repeat(20) }),
        },
      },
    },
    {
      name: 'a shared post',
      given: content({ attachments: [attachment({ kind: 'SHARED_POST', itemId: 'post-1' })] }),
      sendable: { kind: 'sharedPost', itemId: 'post-1' },
    },
  ]) {
    it(`can be ${name}`, () => expect(checkContent(given)).to.deep.equal({ ok: true, value: sendable }));
  }

  for (const { name, given, code } of [
    { name: 'nothing', given: content({}), code: 'empty_reply' },
    { name: 'blank text', given: content({ text: ' \n\t' }), code: 'empty_reply' },
    { name: '6001 characters', given: content({ text: 'a'.repeat(6_001) }), code: 'text_too_long' },
    { name: '6001 emoji', given: content({ text: '👍'.repeat(6_001) }), code: 'text_too_long' },
    {
      name: 'text and an image',
      given: content({ text: 'Look', attachments: [image] }),
      code: 'text_with_attachment',
    },
    { name: 'two images', given: content({ attachments: [image, image] }), code: 'multiple_attachments' },
    {
      name: 'an image that quotes',
      given: content({ attachments: [image], quotedMessageId: 'MSG-1' }),
      code: 'quote_not_allowed',
    },
    {
      name: 'a video',
      given: content({ attachments: [attachment({ kind: 'VIDEO', mediaId: 'media-1' })] }),
      code: 'unsupported_attachment',
    },
    {
      name: 'a kind newer than this code',
      given: content({ attachments: [attachment({ kind: 'UNSUPPORTED' })] }),
      code: 'unsupported_attachment',
    },
    {
      name: 'an image by an address without TLS',
      given: content({ attachments: [attachment({ url: 'http://example.com/a.png' })] }),
      code: 'unsupported_attachment',
    },
    {
      name: 'an image by what is no address',
      given: content({ attachments: [attachment({ url: 'example.com/a.png' })] }),
      code: 'unsupported_attachment',
    },
    {
      name: 'an image by media id and address',
      given: content({ attachments: [attachment({ mediaId: 'media-1', url: 'https://example.com/a.png' })] }),
      code: 'unsupported_attachment',
    },
    ...[
      { name: 'without its card', template: null },
      { name: 'of a type newer than this code', template: card({ type: 'UNSUPPORTED' }) },
      { name: 'without a title', template: card({ title: ' ' }) },
      { name: 'with a title of 41 characters', template: card({ title: 'a'.repeat(41) }) },
      { name: 'without buttons', template: card({ buttons: [] }) },
      { name: 'with four buttons', template: card({ buttons: Array(4).fill(button()) }) },
      { name: 'with a button that says nothing', template: card({ buttons: [button({ title: null })] }) },
      { name: 'with a button of 21 characters', template: card({ buttons: [button({ title: 'b'.repeat(21) })] }) },
      {
        name: 'with a button id of 41 characters',
        template: card({ buttons: [button({ buttonId: 'i'.repeat(41) })] }),
      },
      {
        name: 'of links with a button of 41 characters',
        template: card({ type: 'QA_LINK_CARD', buttons: [button({ title: 'b'.repeat(41) })] }),
      },
    ].map(({ name, template }) => ({
      name: `a card ${name}`,
      given: content({ attachments: [attachment({ kind: 'TEMPLATE', template })] }),
      code: 'unsupported_attachment',
    })),
    {
      name: 'a card that quotes',
      given: content({ attachments: [attachment({ kind: 'TEMPLATE', template: card() })], quotedMessageId: 'MSG-1' }),
      code: 'quote_not_allowed',
    },
    {
      name: 'a shared post without its id',
      given: content({ attachments: [attachment({ kind: 'SHARED_POST' })] }),
      code: 'unsupported_attachment',
    },
  ]) {
    it(`cannot be ${name}: ${code}`, () => expect(checkContent(given)).to.deep.equal({ ok: false, error: code }));
  }

  for (const { mediaType, sendable } of [
    { mediaType: 'image/jpeg', sendable: true },
    { mediaType: 'image/png', sendable: true },
    { mediaType: 'image/gif', sendable: false },
    { mediaType: 'application/octet-stream', sendable: false },
  ]) {
    it(`${sendable ? 'takes' : 'does not take'} ${mediaType} for an image`, () =>
      expect(isSendableImageType(mediaType)).to.equal(sendable));
  }
});
