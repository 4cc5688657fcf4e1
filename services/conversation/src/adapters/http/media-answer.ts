import type { Request } from 'express';
import type { ByteRange } from '../../application/ports.ts';

/** Content never changes under its id, and no browser runs it whatever it holds. */
export const STORED_HEADERS = {
  'Cache-Control': 'private, max-age=31536000, immutable',
  'Content-Disposition': 'inline',
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Accept-Ranges': 'bytes',
} as const;

export interface MediaAnswer {
  readonly status: 200 | 206 | 304 | 416;
  readonly headers: Readonly<Record<string, string>>;
  /** Null: no bytes. */
  readonly range: ByteRange | null;
}

/** What RFC 9110 answers to the conditions and the range of a request. Of several ranges the whole is sent, as it allows. */
export const answerTo = (
  request: Pick<Request, 'headers' | 'range'>,
  { entityTag, sizeBytes }: { readonly entityTag: string; readonly sizeBytes: number },
): MediaAnswer => {
  const tag = { ETag: entityTag };
  if (namesTag(request.headers['if-none-match'], entityTag)) return { status: 304, headers: tag, range: null };
  const whole: MediaAnswer = { status: 200, headers: tag, range: { start: 0, end: sizeBytes - 1 } };
  const condition = request.headers['if-range'];
  if (condition !== undefined && condition !== entityTag) return whole;

  const ranges = request.range(sizeBytes);
  if (ranges === -1) {
    return { status: 416, headers: { ...tag, 'Content-Range': `bytes */${sizeBytes}` }, range: null };
  }
  if (!Array.isArray(ranges) || ranges.type !== 'bytes' || ranges.length !== 1) return whole;
  const [{ start, end } = { start: 0, end: 0 }] = ranges;
  return {
    status: 206,
    headers: { ...tag, 'Content-Range': `bytes ${start}-${end}/${sizeBytes}` },
    range: { start, end },
  };
};

const namesTag = (header: string | undefined, entityTag: string): boolean =>
  header !== undefined &&
  (header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === entityTag));
