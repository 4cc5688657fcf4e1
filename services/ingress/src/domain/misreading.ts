import { type Result, refuse } from '@tiktok-channel/platform/kernel';
import type { UnrecognizedReason } from './records.ts';

/** Why a verified delivery could not be read: what goes into the unrecognised record. */
export interface Misreading {
  readonly reason: UnrecognizedReason;
  readonly detail: string | null;
}

/** `field` of the content is missing or of another type. */
export const invalid = (field: string): Result<never, Misreading> =>
  refuse({ reason: 'invalid_content', detail: `content.${field}` });
