/** What an operator can switch for an account. */
export const FEATURES = ['tiktok_channel'] as const;

export type Feature = (typeof FEATURES)[number];
