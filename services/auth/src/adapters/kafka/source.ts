/** `ce_source` of what this service writes. */
export const SOURCE = '/tiktok-channel/auth';
