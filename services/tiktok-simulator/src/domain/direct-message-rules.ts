import type { QuotaFacts } from './model.ts';

const HOUR_MS = 3_600_000;

/** In every source. */
const WINDOW_MS = 48 * HOUR_MS;
const AFTER_FIRST_MESSAGE = 10;

/** Where sources disagree (fact sheet, sections 7.1 and 11). */
export interface QuotaReading {
  /** Answers to each message of the customer but the first; null is any number. */
  readonly afterLaterMessage: number | null;
  /** Messages after 48 hours of silence. */
  readonly afterSilence: number;
}

/** The documentation copies, which agree with each other. */
export const DOCUMENTED_QUOTAS: QuotaReading = { afterLaterMessage: null, afterSilence: 3 };

export const NO_FACTS: QuotaFacts = {
  customerMessages: 0,
  lastCustomerMessageAt: null,
  answersSince: 0,
  lateAnswersSince: 0,
};

/**
 * Whether the business may send one more message: 10 within 48 hours of the customer's first message, as many as the
 * reading says within 48 hours of a later one and after 48 hours of silence, none before the customer has written.
 */
export const mayAnswer = (facts: QuotaFacts, nowMs: number, reading: QuotaReading): boolean => {
  if (facts.lastCustomerMessageAt === null) return false;
  if (!isOpen(facts.lastCustomerMessageAt, nowMs)) return facts.lateAnswersSince < reading.afterSilence;

  const quota = facts.customerMessages > 1 ? reading.afterLaterMessage : AFTER_FIRST_MESSAGE;
  return quota === null || facts.answersSince < quota;
};

export const countMessage = (facts: QuotaFacts, from: 'customer' | 'business', atMs: number): QuotaFacts => {
  if (from === 'customer') {
    return {
      customerMessages: facts.customerMessages + 1,
      lastCustomerMessageAt: atMs,
      answersSince: 0,
      lateAnswersSince: 0,
    };
  }
  const isLate = facts.lastCustomerMessageAt !== null && !isOpen(facts.lastCustomerMessageAt, atMs);
  return {
    ...facts,
    answersSince: facts.answersSince + 1,
    lateAnswersSince: facts.lateAnswersSince + (isLate ? 1 : 0),
  };
};

const isOpen = (lastCustomerMessageAt: number, nowMs: number): boolean => nowMs - lastCustomerMessageAt < WINDOW_MS;
