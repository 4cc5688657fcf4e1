import { HttpProblem, notFound, onlyMethods } from '@tiktok-channel/platform/http-server';
import { personIn } from '@tiktok-channel/platform/identity';
import type { Express, RequestHandler, Response } from 'express';
import type { MediaContent, MediaLibrary } from '../../application/ports.ts';
import type { StoreUpload } from '../../application/store-upload.ts';
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
    sendMedia(response, isTheirs ? await media.read(mediaId) : null);
  });
  app.all(`${MEDIA_PATH}/:mediaId`, onlyMethods('GET'));
};

const INTERNAL_PATH = '/internal/v1/media/:mediaId';

/** For outbound, which sends what an account has uploaded. Accounts are checked where the reply is accepted. */
export const mountInternalMedia = (
  app: Express,
  { services, media }: { readonly services: RequestHandler; readonly media: Pick<MediaLibrary, 'read'> },
): void => {
  app.get(INTERNAL_PATH, services, async (request, response) => {
    sendMedia(response, await media.read(idOf(request.params.mediaId)));
  });
  app.all(INTERNAL_PATH, onlyMethods('GET'));
};

/** Content never changes under its id, and no browser runs it whatever it holds. */
const STORED_HEADERS = {
  'Cache-Control': 'private, max-age=31536000, immutable',
  'Content-Disposition': 'inline',
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'X-Content-Type-Options': 'nosniff',
} as const;

const sendMedia = (response: Response, content: MediaContent | null): void => {
  switch (content?.state) {
    case 'stored':
      response.set(STORED_HEADERS).type(content.contentType).send(content.bytes);
      return;
    case 'pending':
      throw new HttpProblem(409, 'media_pending', 'this is not fetched from TikTok yet', {
        headers: { 'Retry-After': '2' },
      });
    case 'failed':
      throw new HttpProblem(404, 'media_failed', 'TikTok did not give this, or it is nothing that can be shown');
    default:
      throw new HttpProblem(404, 'media_unknown', notFound('this media').message);
  }
};
