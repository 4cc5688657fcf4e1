import { type Clock, type IdGenerator, ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import { UPLOAD_TYPES } from '../domain/media.ts';
import type { DetectType, MediaLibrary, StoredMedia } from './ports.ts';

export type StoreUpload = (upload: {
  readonly accountId: string;
  readonly bytes: Buffer;
}) => Promise<Result<StoredMedia, 'unsupported_image_type'>>;

/** Keeps an image for a reply. What it is, its content says, never its name. */
export const createStoreUpload =
  ({
    media,
    detectType,
    clock,
    ids,
  }: {
    readonly media: Pick<MediaLibrary, 'addUpload'>;
    readonly detectType: DetectType;
    readonly clock: Clock;
    readonly ids: IdGenerator;
  }): StoreUpload =>
  async ({ accountId, bytes }) => {
    const contentType = await detectType(bytes);
    if (contentType === null || !UPLOAD_TYPES.includes(contentType)) return refuse('unsupported_image_type');
    const stored = { mediaId: ids.next(), contentType, sizeBytes: bytes.length };
    await media.addUpload({ ...stored, accountId, bytes, atMs: clock.now() });
    return ok(stored);
  };
