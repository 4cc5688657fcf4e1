/** TikTok's codes (fact sheet, section 8.1), by what they mean here. */
export const tiktokCodes = {
  ok: 0,
  /** No permission for the operation: a scope or the app. */
  noPermission: 40001,
  /** A parameter is missing, invalid or incompatible. */
  invalidParameter: 40002,
  /** The target object does not exist. */
  notFound: 40007,
  /** Blocked by the rules for direct messages: window, quota or volume. */
  blockedByRules: 40064,
  /** Too many requests. */
  tooManyRequests: 40100,
  /** Access token expired: known from the advertising API only. */
  tokenExpired: 40102,
  /** Access token incorrect or revoked. */
  tokenRejected: 40105,
  /** Authorization code expired, used, or of another flow. */
  authorizationCodeExpired: 40131,
  /** Unsupported file type on upload. */
  unsupportedFileType: 40908,
  /** Generic server error. */
  serverError: 50000,
  /** System error. */
  systemError: 51065,
} as const;
