export interface PageSources {
  /** Where the page may sign people in: the OpenID provider's origins. */
  readonly signIn: readonly string[];
  /** Where TikTok keeps stickers, emoji and pictures of profiles. */
  readonly pictures: readonly string[];
}

/** The one thing of TikTok's that is shown inside the page. */
const PLAYER = 'https://www.tiktok.com';

/**
 * What the page may do. Scripts and styles come from here alone and never stand in a page or in an attribute; no text can become
 * markup, since the places where that happens take nothing (`trusted-types 'none'`); the only frames are TikTok's player.
 */
export const contentPolicy = ({ signIn, pictures }: PageSources): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src ${["'self'", 'blob:', ...pictures].join(' ')}`,
    "media-src 'self' blob:",
    `connect-src ${["'self'", ...signIn].join(' ')}`,
    `frame-src ${PLAYER}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
