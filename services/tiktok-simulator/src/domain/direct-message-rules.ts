import type { QuotaFacts } from './model.ts';

const HOUR_MS = 3_600_000;

/** Source of the numbers: the documentation copies (fact sheet, section 7.1), which agree with each other. */
const DIRECT_MESSAGE_RULES = { windowMs: 48 * HOUR_MS, afterFirstMessage: 10, afterSilence: 3 } as const;

export const NO_FACTS: QuotaFacts = {
  customerMessages: 0,
  lastCustomerMessageAt: null,
  answersSince: 0,
  lateAnswersSince: 0,
};

/**
 * Whether the business may send one more message: 10 within 48 hours of the customer's first message, any number
 * within 48 hours of a later one, 3 more after 48 hours of silence, none before the customer has written.
 */
export const mayAnswer = (facts: QuotaFacts, nowMs: number): boolean => {
  if (facts.lastCustomerMessageAt === null) return false;
  if (!isOpen(facts.lastCustomerMessageAt, nowMs)) return facts.lateAnswersSince < DIRECT_MESSAGE_RULES.afterSilence;

  return facts.customerMessages > 1 || facts.answersSince < DIRECT_MESSAGE_RULES.afterFirstMessage;
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

const isOpen = (lastCustomerMessageAt: number, nowMs: number): boolean =>
  nowMs - lastCustomerMessageAt < DIRECT_MESSAGE_RULES.windowMs;
