import { type Age, type AgeLimits, judgeAge } from '../domain/age.ts';
import { parseSignatureHeader } from '../domain/signature-header.ts';
import type { VerifySignature } from './ports.ts';

export type SignatureRefusal = 'missing' | 'malformed' | 'mismatch' | 'stale' | 'future';

/** `admitted`: older than the tolerance, taken all the same since a setting says so. */
export type Admission = 'fresh' | 'admitted';

/** `header` is `Tiktok-Signature`, whole. */
export type JudgeSignature = (
  header: string | undefined,
  rawBody: Buffer,
  atMs: number,
) => Admission | SignatureRefusal;

/** The age counts only of a stamp that was signed: any other could say what it likes. */
export const createJudgeSignature =
  ({
    verifySignature,
    ageLimits,
  }: {
    readonly verifySignature: VerifySignature;
    readonly ageLimits: AgeLimits;
  }): JudgeSignature =>
  (header, rawBody, atMs): Age | SignatureRefusal => {
    const parsed = parseSignatureHeader(header);
    if (!parsed.ok) return parsed.error;
    if (!verifySignature(parsed.value, rawBody)) return 'mismatch';
    return judgeAge(parsed.value.signedAtMs, atMs, ageLimits);
  };

export const isAdmitted = (judgement: Admission | SignatureRefusal): judgement is Admission =>
  judgement === 'fresh' || judgement === 'admitted';
