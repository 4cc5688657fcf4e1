import type { Clock } from '@tiktok-channel/platform/kernel';

/** Calls that the log remembers. */
const KEPT = 2_000;

/** A call of the open API. `status` and `code` are null while it is not answered; `code` also without an envelope. */
interface LoggedCall {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly status: number | null;
  readonly code: number | null;
  /** The connection ended without an answer. */
  readonly wasCut: boolean;
}

/** What clients asked, for tests that want to know how often. */
export interface CallLog {
  /** Answers what is to be told when the call ends. */
  begin(call: Pick<LoggedCall, 'method' | 'path'>): (end: Pick<LoggedCall, 'status' | 'code' | 'wasCut'>) => void;
  /** Oldest first. */
  list(): readonly LoggedCall[];
}

export const createCallLog = ({ clock }: { readonly clock: Clock }): CallLog => {
  const calls: { -readonly [K in keyof LoggedCall]: LoggedCall[K] }[] = [];

  return {
    begin: ({ method, path }) => {
      const call = { at: clock.now(), method, path, status: null, code: null, wasCut: false };
      calls.push(call);
      if (calls.length > KEPT) calls.shift();
      return (end) => Object.assign(call, end);
    },
    list: () => calls,
  };
};
