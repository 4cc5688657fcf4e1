import { ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import { type Refusal, refusal } from '../domain/codes.ts';
import type { Ids } from '../domain/ids.ts';
import type { SimulatorTime } from './simulator-time.ts';

const DAY_MS = 86_400_000;

/** Source: documentation of the upload and the download. */
const UPLOAD_LIFETIME_MS = 30 * DAY_MS;
const DOWNLOAD_LIFETIME_MS = DAY_MS;

/** Beyond this many bytes in all the oldest media lose theirs, and are drawn instead. */
const KEPT_BYTES = 64 * 1024 * 1024;

export interface Media {
  readonly mediaId: string;
  readonly businessId: string;
  readonly mimeType: string;
  /** Null for an image that the simulator draws itself, from its id. */
  readonly bytes: Uint8Array | null;
  /** Null for what lives as long as its message. */
  readonly expiresAtMs: number | null;
}

export interface MediaStore {
  /** What a business uploaded in order to send it. */
  upload(businessId: string, file: { readonly bytes: Uint8Array; readonly mimeType: string }): Media;
  /** The image of a message; without a file the simulator draws one. */
  attach(businessId: string, file?: Pick<Media, 'bytes' | 'mimeType'>): Media;
  find(mediaId: string): Media | null;
  /** An upload of this business that may still be sent. */
  sendable(mediaId: string, businessId: string): Result<Media, Refusal>;
  /** A key under which the bytes can be fetched for a day. */
  offer(media: Media): { readonly key: string; readonly expiresAtMs: number };
  offered(key: string): Media | null;
}

export const createMediaStore = ({ ids, time }: { readonly ids: Ids; readonly time: SimulatorTime }): MediaStore => {
  const media = new Map<string, Media>();
  const offers = new Map<string, { readonly media: Media; readonly expiresAtMs: number }>();
  let count = 0;
  let keptBytes = 0;

  const add = (fields: Omit<Media, 'mediaId'>): Media => {
    const added = { ...fields, mediaId: ids.media(fields.businessId, ++count) };
    media.set(added.mediaId, added);
    keptBytes += added.bytes?.length ?? 0;
    if (keptBytes > KEPT_BYTES) forgetOldest(added);
    return added;
  };
  const forgetOldest = (spared: Media) => {
    for (const [mediaId, one] of media) {
      if (keptBytes <= KEPT_BYTES) return;
      if (one.bytes === null || one === spared) continue;
      keptBytes -= one.bytes.length;
      media.set(mediaId, { ...one, bytes: null, mimeType: 'image/png' });
    }
  };

  return {
    upload: (businessId, { bytes, mimeType }) =>
      add({ businessId, bytes, mimeType, expiresAtMs: time.now() + UPLOAD_LIFETIME_MS }),
    attach: (businessId, { bytes, mimeType } = { bytes: null, mimeType: 'image/png' }) =>
      add({ businessId, bytes, mimeType, expiresAtMs: null }),
    find: (mediaId) => media.get(mediaId) ?? null,
    sendable: (mediaId, businessId) => {
      const found = media.get(mediaId);
      if (found === undefined || found.businessId !== businessId || found.expiresAtMs === null) {
        return refuse(refusal(40007, 'The media of Param image.media_id does not exist.'));
      }
      if (found.expiresAtMs <= time.now())
        return refuse(refusal(40007, 'The media of Param image.media_id is expired.'));
      return ok(found);
    },
    offer: (one) => {
      for (const [key, { expiresAtMs }] of offers) if (expiresAtMs <= time.now()) offers.delete(key);
      const offer = { key: ids.secret('', time.now()), expiresAtMs: time.now() + DOWNLOAD_LIFETIME_MS };
      offers.set(offer.key, { media: one, expiresAtMs: offer.expiresAtMs });
      return offer;
    },
    offered: (key) => {
      const found = offers.get(key);
      return found === undefined || found.expiresAtMs <= time.now() ? null : (media.get(found.media.mediaId) ?? null);
    },
  };
};
