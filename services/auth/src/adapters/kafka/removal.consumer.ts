import {
  type Batch,
  type BatchOutcome,
  type Decoded,
  decodeWith,
  type IncomingRecord,
} from '@tiktok-channel/platform/kafka';
import { storableText } from '@tiktok-channel/platform/kernel';
import type { AuthorizationRemoved, Codec } from '@tiktok-channel/schemas';
import type { RemovalOutcome, RemoveAuthorization } from '../../application/remove-authorization.ts';
import type { AuthorizationRemoval } from '../../domain/removal.ts';
import type { RemovalReason } from '../../domain/status-reasons.ts';
import { judging } from './judging.ts';

export const REMOVALS_GROUP = 'auth.removals';

const TIKTOK_UNAVAILABLE = { kind: 'retry', reason: 'tiktok_unavailable', afterMs: 5_000 } as const;

const REASONS: Readonly<Record<AuthorizationRemoved['reason'], RemovalReason>> = {
  UNKNOWN: 'authorization_removed',
  DISCONNECTED_BY_USER: 'removed_by_owner',
  ACCOUNT_DELETED: 'account_deleted',
  AGE_CHANGED: 'age_changed',
  ACCOUNT_BANNED: 'account_banned',
  REVOKED_BY_DEVELOPER: 'removed_by_developer',
};

/** Of the account notices this service reads one kind. */
export const createRemovalDecoder = (
  codec: () => Pick<Codec, 'decode'>,
): ((record: IncomingRecord) => Decoded<AuthorizationRemoval> | Promise<Decoded<AuthorizationRemoval>>) =>
  decodeWith(codec, (decoded) =>
    decoded.name === 'AuthorizationRemoved'
      ? { kind: 'record', value: removalOf(decoded.value) }
      : { kind: 'skip', reason: 'other_notice' },
  );

const removalOf = ({ channelId, reason, occurredAt, receivedAt }: AuthorizationRemoved): AuthorizationRemoval => ({
  channelId: storableText(channelId),
  reason: REASONS[reason],
  occurredAtMs: occurredAt ?? receivedAt,
});

/** One after the other: each may ask TikTok. */
export const createRemovalBatchHandler =
  (
    removeAuthorization: RemoveAuthorization,
    report: (removal: AuthorizationRemoval, outcome: RemovalOutcome) => void,
  ) =>
  async ({ records }: Batch<AuthorizationRemoval>): Promise<BatchOutcome> => {
    for (const [applied, { value }] of records.entries()) {
      const outcome = await judging(async () => {
        const removed = await removeAuthorization(value);
        report(value, removed);
        return removed.kind === 'done' ? { kind: 'done' } : TIKTOK_UNAVAILABLE;
      });
      if (outcome.kind === 'retry' || outcome.kind === 'deadLetter') return { ...outcome, applied };
    }
    return { kind: 'done' };
  };
