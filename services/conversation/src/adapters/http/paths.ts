import { storableText } from '@tiktok-channel/platform/kernel';

export const MEDIA_PATH = '/v1/media';
export const REPLIES_PATH = '/v1/replies';

/** An id from a path or a query. What cannot be stored has no row, so its replacement finds nothing either. */
export const idOf = (value: unknown): string => storableText(String(value));
