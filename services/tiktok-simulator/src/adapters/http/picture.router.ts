import { type RequestHandler, type Response, Router } from 'express';
import type { Media } from '../../application/media-store.ts';
import { pause } from '../../application/pause.ts';
import type { TikTok } from '../../application/tiktok.ts';

/** Makes what nobody uploaded, the same for the same name; a PNG, but for a clip, which is an MP4. */
export type DrawImage = (name: string, kind: 'avatar' | 'photo' | 'face' | 'clip') => Uint8Array;

/** Avatars, media behind their temporary addresses, and media as the phone page shows them. */
export const createPictureRouter = (tiktok: TikTok, drawImage: DrawImage): Router => {
  const router = Router();
  const sendMedia = (res: Response, media: Media) => {
    res
      .type(media.mimeType)
      .send(Buffer.from(media.bytes ?? drawImage(media.mediaId, isVideo(media) ? 'clip' : 'photo')));
  };

  router.get('/avatars/:name', (req, res) => {
    res.type('image/png').send(Buffer.from(drawImage(req.params.name, 'avatar')));
  });
  for (const path of ['/stickers/:name', '/emojis/:name'] as const) {
    router.get(path, (req, res) => {
      res.type('image/png').send(Buffer.from(drawImage(req.params.name, 'face')));
    });
  }
  router.get('/media/:key', downloadMedia(tiktok, sendMedia));
  router.get('/_control/media', (req, res) => {
    const media = tiktok.media.find(String(req.query.id));
    if (media === null) res.status(404).end();
    else sendMedia(res, media);
  });
  return router;
};

const isVideo = ({ mimeType }: Media): boolean => mimeType.startsWith('video/');

/** The address alone is not enough: `x-user` must hold an access token of the business that asked for it. */
const downloadMedia =
  (tiktok: TikTok, sendMedia: (res: Response, media: Media) => void): RequestHandler =>
  async (req, res) => {
    await pause(tiktok.time, tiktok.switches.now().media_slow_ms);
    const media = tiktok.media.offered(String(req.params.key));
    const user = tiktok.authorizations.inspect(req.header('x-user') ?? '');
    if (media !== null && user.ok && user.value.businessId === media.businessId) sendMedia(res, media);
    else res.status(403).type('text').send('access denied');
  };
