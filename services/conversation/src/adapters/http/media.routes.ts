import { HttpProblem, notFound, onlyMethods } from '@tiktok-channel/platform/http-server';
import { personIn } from '@tiktok-channel/platform/identity';
import type { Express, Request, RequestHandler, Response } from 'express';
import type { FoundMedia, MediaLibrary } from '../../application/ports.ts';
import type { StoreUpload } from '../../application/store-upload.ts';
import { answerTo, STORED_HEADERS } from './media-answer.ts';
import { idOf, MEDIA_PATH } from './paths.ts';
import { fileProblem, uploadedFile } from './upload.ts';

export interface MediaRoutes {
  readonly people: RequestHandler;
  readonly storeUpload: StoreUpload;
  readonly media: MediaLibrary;
}

export const mountMedia = (app: Express, { people, storeUpload, media }: MediaRoutes): void => {
  app.post(MEDIA_PATH, people, uploadedFile, async (request, response) => {
    if (request.file === undefined) throw fileProblem(400, 'invalid_request', 'is missing');
    const stored = await storeUpload({ accountId: personIn(response).accountId, bytes: request.file.buffer });
    if (!stored.ok) throw fileProblem(415, stored.error, 'is not a JPEG or PNG image');
    const url = `${MEDIA_PATH}/${stored.value.mediaId}`;
    response
      .status(201)
      .location(url)
      .json({ ...stored.value, url });
  });
  app.all(MEDIA_PATH, onlyMethods('POST'));

  app.get(`${MEDIA_PATH}/:mediaId`, people, async (request, response) => {
    const mediaId = idOf(request.params.mediaId);
    const isTheirs = await media.belongsTo(personIn(response).accountId, mediaId);
    await sendMedia(request, response, { media, mediaId: isTheirs ? mediaId : null });
  });
  app.all(`${MEDIA_PATH}/:mediaId`, onlyMethods('GET'));
};

const INTERNAL_PATH = '/internal/v1/media/:mediaId';

/** For outbound, which sends what an account has uploaded. Accounts are checked where the reply is accepted. */
export const mountInternalMedia = (
  app: Express,
  { services, media }: { readonly services: RequestHandler; readonly media: Pick<MediaLibrary, 'find' | 'readBytes'> },
): void => {
  app.get(INTERNAL_PATH, services, async (request, response) => {
    await sendMedia(request, response, { media, mediaId: idOf(request.params.mediaId) });
  });
  app.all(INTERNAL_PATH, onlyMethods('GET'));
};

/** Null: it is not the caller's. */
const sendMedia = async (
  request: Request,
  response: Response,
  { media, mediaId }: { readonly media: Pick<MediaLibrary, 'find' | 'readBytes'>; readonly mediaId: string | null },
): Promise<void> => {
  const found = mediaId === null ? null : await media.find(mediaId);
  if (mediaId === null || found?.state !== 'stored') throw problemOf(found);
  const answer = answerTo(request, { entityTag: `"${mediaId}"`, sizeBytes: found.sizeBytes });
  response.status(answer.status).set({ ...STORED_HEADERS, ...answer.headers });
  if (answer.range === null) response.end();
  else response.type(found.contentType).send(await media.readBytes(mediaId, answer.range));
};

const problemOf = (found: FoundMedia | null): HttpProblem => {
  switch (found?.state) {
    case 'pending':
      return new HttpProblem(409, 'media_pending', 'this is not fetched from TikTok yet', {
        headers: { 'Retry-After': '2' },
      });
    case 'failed':
      return new HttpProblem(404, 'media_failed', 'TikTok did not give this, or it is nothing that can be shown');
    default:
      return new HttpProblem(404, 'media_unknown', notFound('this media').message);
  }
};
