import { mergeByOrigin, type OfOrigin } from './origin-merge.ts';

export type ReferralSource = 'ad' | 'link' | 'unknown';

/** What led a person to a conversation. `null` is absent: TikTok did not say, or it was blanked. */
export interface ReferralFact extends OfOrigin {
  readonly channelId: string;
  readonly conversationId: string;
  readonly source: ReferralSource;
  /** The ad's id, or the link's `ref`; empty where TikTok did not say. */
  readonly reference: string;
  /** In whole seconds since the epoch: an import knows no more of an ad's click. */
  readonly occurredAtSecond: number;
  readonly occurredAt: number;
  readonly tiktokSource: string | null;
  readonly adName: string | null;
  readonly advertiserId: string | null;
  readonly embedUrl: string | null;
  readonly materialId: string | null;
  readonly prefilledMessage: string | null;
}

/** Stored rows hold bits by this order: append, never reorder. */
export const MERGED_REFERRAL_FIELDS = [
  'occurredAt',
  'tiktokSource',
  'adName',
  'advertiserId',
  'embedUrl',
  'materialId',
  'prefilledMessage',
] as const satisfies readonly (keyof ReferralFact)[];

export const { merge: mergeReferrals, historyBits: referralHistoryBits } =
  mergeByOrigin<ReferralFact>(MERGED_REFERRAL_FIELDS);
