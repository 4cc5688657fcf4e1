import { HttpProblem } from '@tiktok-channel/platform/http-server';
import type { SignatureRefusal } from '../../application/judge-signature.ts';

const REFUSALS: Readonly<Record<SignatureRefusal, string>> = {
  missing: 'the Tiktok-Signature header is missing',
  malformed: 'the Tiktok-Signature header is not of the form t=<seconds>,s=<64 hexadecimal digits>',
  mismatch: 'the signature does not match the body',
  stale: 'the signature is older than this address admits',
  future: 'the signature is from the future; check the clocks of both sides',
};

export const signatureProblem = (reason: SignatureRefusal): HttpProblem =>
  new HttpProblem(401, `signature_${reason}`, REFUSALS[reason]);
