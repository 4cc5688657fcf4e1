import type { Clock } from '@tiktok-channel/platform/kernel';
import type { ReportWebhookCheck, WebhookRegistrations } from './ports.ts';
import type { TikTokWebhooks, TokenVerdict } from './tiktok-ports.ts';

interface Dependencies {
  readonly registrations: WebhookRegistrations;
  readonly tiktok: TikTokWebhooks;
  readonly clock: Clock;
  readonly report: ReportWebhookCheck;
  /** What TikTok is to call for direct messages. */
  readonly callbackUrl: string;
  readonly everyMs: number;
}

/** After a check that found no answer, and while a replica is at it. */
const AGAIN_AFTER_MS = 60_000;

/**
 * Looks at what TikTok calls for the app, and puts it right. TikTok subscribes nothing by itself, keeps one address per app,
 * and anybody with the app's secret may change it. One replica checks when it is time; answers whether this one did.
 */
export const createKeepWebhookRegistered =
  ({ registrations, tiktok, clock, report, callbackUrl, everyMs }: Dependencies) =>
  async (): Promise<boolean> => {
    const nowMs = clock.now();
    if (!(await registrations.claim({ nowMs, untilMs: nowMs + AGAIN_AFTER_MS }))) return false;

    const { outcome, found, trace } = await check(tiktok, callbackUrl);
    const checkedAtMs = clock.now();
    const isRegistered = outcome === 'unchanged' || outcome === 'registered' || outcome === 'repaired';
    await registrations.record({
      state: isRegistered ? 'registered' : outcome,
      callbackUrl: isRegistered ? callbackUrl : found,
      checkedAtMs,
      isRepaired: outcome === 'registered' || outcome === 'repaired',
      nextCheckAtMs: checkedAtMs + (isRegistered ? everyMs : Math.min(everyMs, AGAIN_AFTER_MS)),
    });
    report({ outcome, found, trace });
    return true;
  };

type Check = Parameters<ReportWebhookCheck>[0];

const check = async (tiktok: TikTokWebhooks, callbackUrl: string): Promise<Check> => {
  const before = await tiktok.callback();
  if (before.kind !== 'known') return { outcome: before.kind, found: null, trace: before.trace };
  const found = before.callbackUrl;
  if (found === callbackUrl) return { outcome: 'unchanged', found, trace: null };

  const { kind, trace }: TokenVerdict = await tiktok.register(callbackUrl);
  if (kind !== 'taken') return { outcome: kind, found, trace };
  const after = await tiktok.callback();
  if (after.kind !== 'known') return { outcome: after.kind, found, trace: after.trace };
  if (after.callbackUrl !== callbackUrl) return { outcome: 'refused', found: after.callbackUrl, trace: null };
  return { outcome: found === null ? 'registered' : 'repaired', found, trace: null };
};
