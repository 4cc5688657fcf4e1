import type { Clock } from '@tiktok-channel/platform/kernel';
import type { OutboxRow } from '@tiktok-channel/platform/outbox';
import { enqueue, onDatabase } from '@tiktok-channel/platform/postgres';
import type { Act, Features } from '../../application/ports.ts';
import type { Database } from './database.ts';

export type FeatureSwitch = Parameters<Features['switch']>[0];

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly auditSwitch: (act: Act, wanted: FeatureSwitch, atMs: number) => OutboxRow;
  readonly onEnqueued: () => void;
}

export const createFeatures = ({ database, clock, auditSwitch, onEnqueued }: Dependencies): Features => ({
  read: async (accountId, feature) => {
    const row = await onDatabase(() =>
      database.accountFeature.findUnique({ where: { accountId_feature: { accountId, feature } } }),
    );
    return row?.enabled ?? null;
  },

  switch: async (wanted, act) => {
    const { accountId, feature, isEnabled } = wanted;
    const atMs = clock.now();
    const data = { enabled: isEnabled, changedAt: BigInt(atMs) };
    await onDatabase(() =>
      database.$transaction(async (tx) => {
        const where = { accountId_feature: { accountId, feature } };
        if ((await tx.accountFeature.findUnique({ where }))?.enabled === isEnabled) return;
        await tx.accountFeature.upsert({ where, create: { accountId, feature, ...data }, update: data });
        await enqueue(tx, [auditSwitch(act, wanted, atMs)], atMs);
      }),
    );
    onEnqueued();
  },
});
