import { expect } from 'chai';
import { countMessage, DOCUMENTED_QUOTAS, mayAnswer as mayAnswerAs, NO_FACTS } from './direct-message-rules.ts';
import type { QuotaFacts } from './model.ts';

const HOUR = 3_600_000;
const mayAnswer = (facts: QuotaFacts, nowMs: number) => mayAnswerAs(facts, nowMs, DOCUMENTED_QUOTAS);
const history = (...events: readonly (readonly ['customer' | 'business', number])[]) =>
  events.reduce((facts, [from, atMs]) => countMessage(facts, from, atMs), NO_FACTS);
const answers = (count: number, atMs: number) => Array.from({ length: count }, () => ['business', atMs] as const);

describe('the direct-message rules', () => {
  it('let nobody be written to who has not written', () => {
    expect(mayAnswer(NO_FACTS, 0)).to.equal(false);
  });

  it('admit ten messages within 48 hours of the first one', () => {
    expect(mayAnswer(history(['customer', 0], ...answers(9, 1)), 2)).to.equal(true);
    expect(mayAnswer(history(['customer', 0], ...answers(10, 1)), 2)).to.equal(false);
  });

  it('have no limit for 48 hours after a later one', () => {
    expect(mayAnswer(history(['customer', 0], ['customer', 1], ...answers(50, 2)), 3)).to.equal(true);
  });

  it('admit three more after 48 hours of silence', () => {
    const late = 48 * HOUR;
    expect(mayAnswer(history(['customer', 0], ...answers(10, 1)), late - 1)).to.equal(false);
    expect(mayAnswer(history(['customer', 0], ...answers(10, 1), ...answers(2, late)), late)).to.equal(true);
    expect(mayAnswer(history(['customer', 0], ...answers(10, 1), ...answers(3, late)), late)).to.equal(false);
  });

  it('start afresh when the customer writes again', () => {
    const facts = history(['customer', 0], ...answers(3, 50 * HOUR), ['customer', 60 * HOUR]);
    expect(mayAnswer(facts, 61 * HOUR)).to.equal(true);
  });

  it('admit ten after every message, as other sources read them', () => {
    const reading = { ...DOCUMENTED_QUOTAS, afterLaterMessage: 10 };
    const facts = history(['customer', 0], ...answers(10, 1), ['customer', 2], ...answers(9, 3));
    expect(mayAnswerAs(facts, 4, reading)).to.equal(true);
    expect(mayAnswerAs(countMessage(facts, 'business', 4), 5, reading)).to.equal(false);
  });

  it('admit none after 48 hours of silence, as other sources read them', () => {
    const reading = { ...DOCUMENTED_QUOTAS, afterSilence: 0 };
    expect(mayAnswerAs(history(['customer', 0]), 48 * HOUR - 1, reading)).to.equal(true);
    expect(mayAnswerAs(history(['customer', 0]), 48 * HOUR, reading)).to.equal(false);
  });
});
