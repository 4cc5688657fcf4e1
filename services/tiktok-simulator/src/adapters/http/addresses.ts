import type { Request } from 'express';

const DAY_SECONDS = 86_400;

/** The simulator's own address as this caller reaches it; behind it are pictures and media. */
const origin = (req: Request): string => `http://${req.headers.host ?? `127.0.0.1:${req.socket.localPort}`}`;

/** Temporary, as TikTok's: the query says the second in which it expires. */
export const avatarUrl = (req: Request, ownerId: string, nowMs: number): string =>
  `${origin(req)}/avatars/${encodeURIComponent(ownerId)}.png?x-expires=${Math.floor(nowMs / 1000) + DAY_SECONDS}`;

/** A sticker's or an emoji's picture, which the simulator draws; without an expiry it is good for ever. */
export const pictureUrl = (req: Request, kind: 'stickers' | 'emojis', name: string, expiresAtMs?: number): string => {
  const query = expiresAtMs === undefined ? '' : `?x-expires=${Math.floor(expiresAtMs / 1000)}`;
  return `${origin(req)}/${kind}/${encodeURIComponent(name)}.png${query}`;
};

export const downloadUrl = (req: Request, key: string, expiresAtMs: number): string =>
  `${origin(req)}/media/${encodeURIComponent(key)}?x-expires=${Math.floor(expiresAtMs / 1000)}`;
