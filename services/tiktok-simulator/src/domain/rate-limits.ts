/** What an app may call in all. Source: two studies of the portal, which agree (fact sheet, section 7.2). */
interface AppLimits {
  readonly perSecond: number;
  readonly perMinute: number;
  readonly perDay: number;
}

const LEVELS = {
  basic: { perSecond: 10, perMinute: 600, perDay: 864_000 },
  advanced: { perSecond: 20, perMinute: 1_200, perDay: 1_728_000 },
  premium: { perSecond: 30, perMinute: 1_800, perDay: 2_592_000 },
  ultimate: { perSecond: 50, perMinute: 3_000, perDay: 4_320_000 },
} as const satisfies Readonly<Record<string, AppLimits>>;

export type RateLimitLevel = keyof typeof LEVELS;

export const RATE_LIMIT_LEVELS = Object.keys(LEVELS) as readonly RateLimitLevel[];

export const appLimitsOf = (level: RateLimitLevel): AppLimits => LEVELS[level];
