import type { Request } from 'express';
import { z } from 'zod';
import type { TikTok } from '../../../application/tiktok.ts';
import { type Business, CARD_TYPES, type Content, MESSAGE_SOURCES } from '../../../domain/model.ts';
import { pictureUrl } from '../addresses.ts';
import { imageKindOf } from '../image-kind.ts';
import { ControlProblem, readAs } from './problem.ts';

/** What apps of customers send. */
const IMAGE_KINDS = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);
const VIDEO_KINDS = new Set(['video/mp4', 'video/quicktime', 'video/webm']);

/** Ours: TikTok names no limit for customers. In base64 it fits into a body of the control API. */
const MAX_MEDIA_BYTES = 5 * 1024 * 1024;

/** Source: a sticker's address is good for 30 days; an emoji's does not expire. */
export const STICKER_LIFETIME_MS = 30 * 86_400_000;

export const nameField = z.string().min(1).max(100);
export const regionField = z
  .string()
  .regex(/^[A-Za-z]{2}$/)
  .transform((region) => region.toUpperCase());

const common = {
  displayName: nameField.optional(),
  region: regionField.optional(),
  quotedMessageId: z.string().min(1).optional(),
  /** The API's own messages come from the API alone. */
  source: z.enum(MESSAGE_SOURCES).exclude(['API']).optional(),
};

/** Source of the limits: TEMPLATE of the send endpoint. */
const button = z.strictObject({ id: z.string().min(1).max(40), title: z.string().min(1).max(40) });

/** What people can write: a row per type. What they give no picture, film or address for, the simulator makes. */
const KINDS = {
  text: z.strictObject({ ...common, type: z.literal('text'), text: z.string().min(1) }),
  image: z.strictObject({ ...common, type: z.literal('image'), imageBase64: z.base64().optional() }),
  share_post: z.strictObject({ ...common, type: z.literal('share_post'), videoId: z.string().min(1) }),
  video: z.strictObject({ ...common, type: z.literal('video'), videoBase64: z.base64().optional() }),
  sticker: z.strictObject({
    ...common,
    type: z.literal('sticker'),
    url: z.url().optional(),
    /** `false` for a webhook that has no `sticker` block, as one source shows it. */
    block: z.boolean().default(true),
  }),
  emoji: z.strictObject({ ...common, type: z.literal('emoji'), url: z.url().optional() }),
  template: z.strictObject({
    ...common,
    type: z.literal('template'),
    card: z.enum(CARD_TYPES).default('qa_button_card'),
    title: z.string().min(1).max(40),
    buttons: z.array(button).min(1).max(3),
  }),
};

/** A type that is none of TikTok's, for who must bear one: its block is sent as given. */
const other = z.strictObject({
  ...common,
  type: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'is a name in lower case'),
  block: z.unknown().optional(),
});

type KindName = keyof typeof KINDS;
type KnownBody = z.infer<(typeof KINDS)[KindName]>;
type OtherBody = z.infer<typeof other>;
export type WrittenBody = KnownBody | OtherBody;

const isKind = (type: unknown): type is KindName => typeof type === 'string' && Object.hasOwn(KINDS, type);

/** A body with `type`; the problem of a bad one names the field. */
export const readWritten = (body: unknown): WrittenBody => {
  const type = body !== null && typeof body === 'object' && 'type' in body ? body.type : undefined;
  return isKind(type) ? readAs<z.ZodType<KnownBody>>(KINDS[type], body) : readAs(other, body);
};

const isKnown = (body: WrittenBody): body is KnownBody => isKind(body.type);

/** What becomes of the body; media are stored, addresses are those of this simulator as the caller reaches it. */
export const contentOf = async (
  tiktok: TikTok,
  business: Business,
  { body, req }: { readonly body: WrittenBody; readonly req: Request },
): Promise<Content> => {
  if (!isKnown(body)) return { type: 'other', name: body.type, block: body.block };
  switch (body.type) {
    case 'text':
      return { type: 'text', text: body.text };
    case 'share_post':
      return { type: 'share_post', videoId: body.videoId };
    case 'image': {
      const file = await fileOf('imageBase64', body.imageBase64, IMAGE_KINDS);
      return { type: 'image', mediaId: tiktok.media.attach(business.businessId, file).mediaId };
    }
    case 'video': {
      const file = (await fileOf('videoBase64', body.videoBase64, VIDEO_KINDS)) ?? {
        bytes: null,
        mimeType: 'video/mp4',
      };
      return { type: 'video', mediaId: tiktok.media.attach(business.businessId, file).mediaId };
    }
    case 'sticker':
      return { type: 'sticker', url: body.block ? (body.url ?? stickerUrl(tiktok, req)) : null };
    case 'emoji':
      return { type: 'emoji', url: body.url ?? pictureUrl(req, 'emojis', tiktok.ids.secret('emoji.')) };
    case 'template':
      return { type: 'template', card: body.card, title: body.title, buttons: body.buttons };
  }
};

export const stickerUrl = ({ ids, time }: TikTok, req: Request): string =>
  pictureUrl(req, 'stickers', ids.secret('sticker.'), time.now() + STICKER_LIFETIME_MS);

/** Undefined, for something to be made, where none was given. */
const fileOf = async (field: string, base64: string | undefined, kinds: ReadonlySet<string>) => {
  if (base64 === undefined) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length > MAX_MEDIA_BYTES) throw new ControlProblem(400, `${field}: the file is larger than 5 MB`);
  const mimeType = await imageKindOf(bytes, kinds);
  if (mimeType === null) throw new ControlProblem(400, `${field}: the file is none of ${[...kinds].join(', ')}`);
  return { bytes, mimeType };
};
