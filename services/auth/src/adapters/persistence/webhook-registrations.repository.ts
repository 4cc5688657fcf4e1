import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { WebhookRegistration, WebhookRegistrations } from '../../application/ports.ts';
import type { Database } from './database.ts';

/** One row per app. A time further ahead than a day comes from a clock that has gone back. */
const CLAIM_SQL = `INSERT INTO webhook_registration AS kept (app_id, state, next_check_at)
  VALUES ($1, 'unavailable', $3::bigint)
  ON CONFLICT (app_id) DO UPDATE SET next_check_at = $3::bigint
   WHERE kept.next_check_at NOT BETWEEN $2::bigint + 1 AND $2::bigint + 86400000`;

export const createWebhookRegistrations = ({
  database,
  appId,
}: {
  readonly database: Database;
  readonly appId: string;
}): WebhookRegistrations => ({
  read: async () => {
    const row = await onDatabase(() => database.webhookRegistration.findUnique({ where: { appId } }));
    if (row === null || row.checkedAt === null) return null;
    const { state, callbackUrl, checkedAt } = row;
    return { state: state as WebhookRegistration['state'], callbackUrl, checkedAtMs: Number(checkedAt) };
  },

  claim: async ({ nowMs, untilMs }) =>
    (await onDatabase(() => database.$executeRawUnsafe(CLAIM_SQL, appId, nowMs, untilMs))) === 1,

  record: async ({ state, callbackUrl, checkedAtMs, isRepaired, nextCheckAtMs }) => {
    const checkedAt = BigInt(checkedAtMs);
    await onDatabase(() =>
      database.webhookRegistration.update({
        where: { appId },
        data: {
          state,
          callbackUrl,
          checkedAt,
          nextCheckAt: BigInt(nextCheckAtMs),
          ...(isRepaired ? { repairedAt: checkedAt } : {}),
        },
      }),
    );
  },
});
