import { HttpProblem, notFound, onlyMethods, validate } from '@tiktok-channel/platform/http-server';
import { personIn } from '@tiktok-channel/platform/identity';
import type { Express, Request, RequestHandler, Response } from 'express';
import type { FoundMedia, MediaLibrary } from '../../application/ports.ts';
import type { StoreUpload } from '../../application/store-upload.ts';
import { answerTo, STORED_HEADERS } from './media-answer.ts';
import { type MediaUrls, signedQuery } from './media-urls.ts';
import { idOf, MEDIA_PATH } from './paths.ts';
import { fileProblem, uploadedFile } from './upload.ts';

export interface MediaRoutes {
  readonly people: RequestHandler;
  readonly storeUpload: StoreUpload;
  readonly media: MediaLibrary;
  readonly mediaUrls: MediaUrls;
}

export const mountMedia = (app: Express, { people, storeUpload, media, mediaUrls }: MediaRoutes): void => {
  app.post(MEDIA_PATH, people, uploadedFile, async (request, response) => {
    if (request.file === undefined) throw fileProblem(400, 'invalid_request', 'is missing');
    const { accountId } = personIn(response);
    const stored = await storeUpload({ accountId, bytes: request.file.buffer });
    if (!stored.ok) throw fileProblem(415, stored.error, 'is not a JPEG or PNG image');
    const { mediaId } = stored.value;
    response
      .status(201)
      .location(`${MEDIA_PATH}/${mediaId}`)
      .json({ ...stored.value, url: mediaUrls.of(accountId, mediaId) });
  });
  app.all(MEDIA_PATH, onlyMethods('POST'));

  const viewers: RequestHandler = (request, response, next) =>
    isSigned(request) ? next() : people(request, response, next);

  app.get(`${MEDIA_PATH}/:mediaId`, viewers, async (request, response) => {
    const mediaId = idOf(request.params.mediaId);
    const accountId = isSigned(request) ? signedAccount(mediaUrls, request, mediaId) : personIn(response).accountId;
    const isTheirs = await media.belongsTo(accountId, mediaId);
    await sendMedia(request, response, { media, mediaId: isTheirs ? mediaId : null });
  });
  app.all(`${MEDIA_PATH}/:mediaId`, onlyMethods('GET'));
};

/** Whoever brings a token is known by it, also when the address was signed: then it is good for as long as the token. */
const isSigned = (request: Request): boolean =>
  request.headers.authorization === undefined && request.query.sig !== undefined;

const signedAccount = (mediaUrls: MediaUrls, request: Request, mediaId: string): string => {
  const account = mediaUrls.accountOf(mediaId, validate(signedQuery, request.query));
  if (account.ok) return account.value;
  const is = account.error === 'media_url_expired' ? 'is too old' : 'was not made here';
  throw new HttpProblem(401, account.error, `this address ${is}: ask for the message again, or bring a token`);
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
    case 'expired':
      return new HttpProblem(404, 'media_expired', 'TikTok does not have this any more');
    case 'failed':
      return new HttpProblem(404, 'media_failed', 'TikTok did not give this, or it is nothing that can be shown');
    default:
      return new HttpProblem(404, 'media_unknown', notFound('this media').message);
  }
};
