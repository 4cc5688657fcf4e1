import { expect } from 'chai';
import fc from 'fast-check';
import {
  isSurelyOpen,
  REPLY_RULE_PRESETS,
  type ReplyWindowFacts,
  replyRulesOf,
  replyWindowAt,
  windowRefusal,
} from './index.ts';

const HOUR = 3_600_000;
/** When the customer wrote last. */
const T0 = 1_767_225_600_000;
const { documented, strict } = REPLY_RULE_PRESETS;

const facts = (overrides: Partial<ReplyWindowFacts> = {}): ReplyWindowFacts => ({
  customerMessages: 1,
  lastCustomerMessageMs: T0,
  answers: 0,
  lateAnswers: 0,
  isFirstMessageKnown: true,
  isFollower: false,
  isClosedByTikTok: false,
  ...overrides,
});
const later = facts({ customerMessages: 2 });

describe('the reply rules of settings', () => {
  it('are those of the preset, but for the numbers that are set', () => {
    expect(replyRulesOf({ REPLY_RULES: 'strict' })).to.deep.equal(strict);
    const settings = { REPLY_RULES: 'documented', REPLY_RULES_WINDOW_HOURS: 24, REPLY_RULES_AFTER_SILENCE: 0 } as const;
    expect(replyRulesOf(settings)).to.deep.equal({ ...documented, windowMs: 24 * HOUR, afterSilence: 0 });
  });
});

describe('the reply window', () => {
  for (const { name, given, rules = documented, afterHours = 1, window } of [
    {
      name: 'of the first message allows ten answers in 48 hours',
      given: facts({ answers: 3 }),
      window: { rule: 'first_message', closesAtMs: T0 + 48 * HOUR, limit: 10, used: 3, remaining: 7 },
    },
    {
      name: 'of a later message allows any number',
      given: facts({ customerMessages: 2, answers: 30 }),
      window: { rule: 'later_message', closesAtMs: T0 + 48 * HOUR, limit: null, used: 30, remaining: null },
    },
    {
      name: 'of a later message may be limited by a setting',
      given: facts({ customerMessages: 2, answers: 4 }),
      rules: { ...documented, afterLaterMessage: 10 },
      window: { rule: 'later_message', closesAtMs: T0 + 48 * HOUR, limit: 10, used: 4, remaining: 6 },
    },
    {
      name: 'after 48 hours of silence allows three more',
      given: facts({ answers: 12, lateAnswers: 2 }),
      afterHours: 48,
      window: { rule: 'after_silence', closesAtMs: null, limit: 3, used: 2, remaining: 1 },
    },
    {
      name: 'after 48 hours of silence allows none in the strict reading',
      given: later,
      rules: strict,
      afterHours: 48,
      window: { rule: 'after_silence', closesAtMs: null, limit: 0, used: 0, remaining: 0 },
    },
    {
      name: 'is not open before the customer has written',
      given: facts({ customerMessages: 0, lastCustomerMessageMs: null }),
      window: { rule: 'customer_writes_first', closesAtMs: null, limit: 0, used: 0, remaining: 0 },
    },
  ]) {
    it(name, () =>
      expect(replyWindowAt(given, rules, T0 + afterHours * HOUR)).to.deep.equal({ ...window, isCertain: true }),
    );
  }

  for (const { name, given, isCertain } of [
    { name: 'whose first message is known and who does not follow', given: facts(), isCertain: true },
    { name: 'who follows', given: facts({ isFollower: true }), isCertain: false },
    { name: 'of whom it is not known', given: facts({ isFollower: null }), isCertain: false },
    { name: 'whose first message is not known', given: facts({ isFirstMessageKnown: false }), isCertain: false },
  ]) {
    it(`is ${isCertain ? '' : 'not '}certain for a customer ${name}`, () =>
      expect(replyWindowAt(given, documented, T0).isCertain).to.equal(isCertain));
  }
});

describe('the reply rules', () => {
  for (const { name, given, rules = documented, afterHours = 1, refusal } of [
    { name: 'allow the tenth answer', given: facts({ answers: 9 }), refusal: null },
    {
      name: 'refuse the eleventh, until the window of silence begins',
      given: facts({ answers: 10 }),
      refusal: { code: 'reply_quota_exhausted', nextAllowedMs: T0 + 48 * HOUR, isCertain: true },
    },
    {
      name: 'refuse it until the customer writes in the strict reading',
      given: facts({ answers: 10 }),
      rules: strict,
      refusal: { code: 'reply_quota_exhausted', nextAllowedMs: null, isCertain: true },
    },
    {
      name: 'refuse the fourth after silence',
      given: facts({ lateAnswers: 3 }),
      afterHours: 50,
      refusal: { code: 'reply_quota_exhausted', nextAllowedMs: null, isCertain: true },
    },
    {
      name: 'refuse any after silence in the strict reading',
      given: later,
      rules: strict,
      afterHours: 50,
      refusal: { code: 'reply_window_closed', nextAllowedMs: null, isCertain: true },
    },
    {
      name: 'are not certain about a follower',
      given: facts({ answers: 10, isFollower: true }),
      refusal: { code: 'reply_quota_exhausted', nextAllowedMs: T0 + 48 * HOUR, isCertain: false },
    },
    {
      name: 'refuse for certain where TikTok has refused and the customer is silent since',
      given: facts({ isClosedByTikTok: true, isFollower: true }),
      refusal: { code: 'reply_window_closed', nextAllowedMs: null, isCertain: true },
    },
  ]) {
    it(name, () => expect(windowRefusal(given, rules, T0 + afterHours * HOUR)).to.deep.equal(refusal));
  }

  for (const { name, given, afterHours = 1, isOpen } of [
    { name: 'lately', given: later, isOpen: true },
    { name: 'lately, for all we know the first time', given: facts({ isFirstMessageKnown: false }), isOpen: true },
    { name: 'two days ago', given: later, afterHours: 48, isOpen: false },
    { name: 'lately and used up its answers', given: facts({ answers: 10 }), isOpen: false },
  ]) {
    it(`are surely ${isOpen ? 'kept' : 'in doubt'} for a customer who wrote ${name}`, () =>
      expect(isSurelyOpen(given, documented, T0 + afterHours * HOUR)).to.equal(isOpen));
  }

  it('never refuse where the window is surely open, and never allow more by one more answer', () => {
    const anyFacts = fc.record({
      customerMessages: fc.integer({ min: 1, max: 2 }),
      lastCustomerMessageMs: fc.constant(T0),
      answers: fc.nat(20),
      lateAnswers: fc.nat(5),
      isFirstMessageKnown: fc.boolean(),
      isFollower: fc.option(fc.boolean()),
      isClosedByTikTok: fc.boolean(),
    });
    fc.assert(
      fc.property(anyFacts, fc.constantFrom(documented, strict), fc.nat(100), (given, rules, hours) => {
        const nowMs = T0 + hours * HOUR;
        if (isSurelyOpen(given, rules, nowMs)) expect(windowRefusal(given, rules, nowMs)).to.equal(null);
        const more = { ...given, answers: given.answers + 1, lateAnswers: given.lateAnswers + 1 };
        if (windowRefusal(given, rules, nowMs) !== null) expect(windowRefusal(more, rules, nowMs)).not.to.equal(null);
      }),
      { seed: 7 },
    );
  });
});
