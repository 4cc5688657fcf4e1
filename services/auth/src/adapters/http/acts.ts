import type { Person } from '@tiktok-channel/platform/identity';
import type { IdGenerator } from '@tiktok-channel/platform/kernel';
import type { Act } from '../../application/ports.ts';

/** What a person sets out to do, for the audit. */
export const actOf = (
  { userId }: Person,
  { role, reason, ids }: { readonly role: Act['role']; readonly reason: string | null; readonly ids: IdGenerator },
): Act => ({ actId: ids.next(), userId, role, reason });
