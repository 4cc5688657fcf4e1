import { OperatorFailure } from '../domain/failure.ts';
import { type Finding, failed } from '../domain/finding.ts';

/** One look, which may show several things. */
export interface Check {
  readonly name: string;
  /** What to do when it does not end in time, or ends badly. */
  readonly next: string;
  look(): Promise<readonly Finding[]>;
}

/** Takes all looks at once, none for longer than `deadlineMs`, and answers their findings in the order of the checks. */
export const diagnose = async (
  checks: readonly Check[],
  { deadlineMs }: { readonly deadlineMs: number },
): Promise<readonly Finding[]> => {
  const findings = await Promise.all(checks.map((check) => lookWithin(check, deadlineMs)));
  return findings.flat();
};

const lookWithin = async (check: Check, deadlineMs: number): Promise<readonly Finding[]> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<readonly Finding[]>((resolve) => {
    const late = failed(check.name, `did not answer within ${deadlineMs / 1_000} s`, check.next);
    timer = setTimeout(() => resolve([late]), deadlineMs);
  });
  try {
    return await Promise.race([look(check), tooLate]);
  } finally {
    clearTimeout(timer);
  }
};

const look = async (check: Check): Promise<readonly Finding[]> => {
  try {
    return await check.look();
  } catch (error) {
    if (error instanceof OperatorFailure) return [failed(check.name, error.message, error.next)];
    const reason = error instanceof Error ? error.message || error.name : String(error);
    return [failed(check.name, reason, check.next)];
  }
};
