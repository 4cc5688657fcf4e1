import { expect } from 'chai';
import type { Request } from 'express';
import { request as prototype } from 'express';
import { answerTo } from './media-answer.ts';

const asked = (headers: Readonly<Record<string, string>>): Request =>
  Object.assign(Object.create(prototype), { headers }) as Request;
const stored = { entityTag: '"m-1"', sizeBytes: 100 };

describe('a request for stored media', () => {
  for (const [what, headers, status, range, contentRange] of [
    ['without conditions brings all of it', {}, 200, { start: 0, end: 99 }, undefined],
    ['for its beginning brings that', { range: 'bytes=0-9' }, 206, { start: 0, end: 9 }, 'bytes 0-9/100'],
    ['for its end brings that', { range: 'bytes=-10' }, 206, { start: 90, end: 99 }, 'bytes 90-99/100'],
    ['beyond its end brings what there is', { range: 'bytes=90-500' }, 206, { start: 90, end: 99 }, 'bytes 90-99/100'],
    ['behind its end is refused', { range: 'bytes=100-' }, 416, null, 'bytes */100'],
    ['for several parts brings all of it', { range: 'bytes=0-1,50-51' }, 200, { start: 0, end: 99 }, undefined],
    ['for a range of nothing known brings all of it', { range: 'pages=1-2' }, 200, { start: 0, end: 99 }, undefined],
    ['by whoever has it brings nothing', { 'if-none-match': '"other", W/"m-1"' }, 304, null, undefined],
    [
      'for the rest of another brings all of it',
      { range: 'bytes=5-', 'if-range': '"other"' },
      200,
      { start: 0, end: 99 },
      undefined,
    ],
    [
      'for the rest of the same brings that',
      { range: 'bytes=5-', 'if-range': '"m-1"' },
      206,
      { start: 5, end: 99 },
      'bytes 5-99/100',
    ],
  ] as const) {
    it(what, () => {
      const answer = answerTo(asked(headers), stored);
      expect([answer.status, answer.range, answer.headers['Content-Range']]).to.deep.equal([
        status,
        range,
        contentRange,
      ]);
      expect(answer.headers.ETag).to.equal('"m-1"');
    });
  }
});
