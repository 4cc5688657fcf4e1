const PLAYER = 'https://www.tiktok.com/player/v1/';

/** Of TikTok's player alone: whatever else a message names is not framed. */
export const playerUrlOf = (videoId: string | null, embedUrl: string | null): string | null => {
  if (embedUrl !== null && isPlayer(embedUrl)) return new URL(embedUrl).href;
  return isVideoId(videoId) ? `${PLAYER}${videoId}` : null;
};

/** Where TikTok itself shows the post. It finds the account by the post's id, whatever stands in its place. */
export const postUrlOf = (videoId: string | null, embedUrl: string | null): string | null =>
  isVideoId(videoId) ? `https://www.tiktok.com/@/video/${videoId}` : playerUrlOf(videoId, embedUrl);

const isVideoId = (videoId: string | null): videoId is string => videoId !== null && /^\d{1,25}$/.test(videoId);

const isPlayer = (address: string): boolean => {
  if (!URL.canParse(address)) return false;
  const { origin, pathname, username } = new URL(address);
  return `${origin}${pathname}`.startsWith(PLAYER) && username === '';
};
