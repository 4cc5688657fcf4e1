import type { FailureCode } from './failure-catalogue.ts';

const HOUR_MS = 3_600_000;

/** How often and how long a business may answer. `null`: any number. */
export interface ReplyRules {
  /** How long a message of the customer opens the window. */
  readonly windowMs: number;
  /** Messages within the window of the customer's first message. */
  readonly afterFirstMessage: number | null;
  /** Messages within the window of each later one. */
  readonly afterLaterMessage: number | null;
  /** Messages after the window, until the customer writes again. */
  readonly afterSilence: number;
}

/**
 * Source of both: fact sheet, section 7.1. `documented` is what the documentation copies agree on; vendors and Chatwoot say
 * that nothing can be sent after 48 hours: `strict`.
 */
export const REPLY_RULE_PRESETS = {
  documented: { windowMs: 48 * HOUR_MS, afterFirstMessage: 10, afterLaterMessage: null, afterSilence: 3 },
  strict: { windowMs: 48 * HOUR_MS, afterFirstMessage: 10, afterLaterMessage: null, afterSilence: 0 },
} as const satisfies Readonly<Record<string, ReplyRules>>;

/** As the settings of a service say it (config, `replyRulesEnvironment`). */
export interface ReplyRulesSettings {
  readonly REPLY_RULES: keyof typeof REPLY_RULE_PRESETS;
  readonly REPLY_RULES_WINDOW_HOURS?: number | undefined;
  readonly REPLY_RULES_FIRST_MESSAGE?: number | undefined;
  readonly REPLY_RULES_LATER_MESSAGE?: number | undefined;
  readonly REPLY_RULES_AFTER_SILENCE?: number | undefined;
}

/** The preset, with every number that a setting names in place of its own. */
export const replyRulesOf = (settings: ReplyRulesSettings): ReplyRules => {
  const preset = REPLY_RULE_PRESETS[settings.REPLY_RULES];
  const { REPLY_RULES_WINDOW_HOURS: hours } = settings;
  return {
    windowMs: hours === undefined ? preset.windowMs : hours * HOUR_MS,
    afterFirstMessage: settings.REPLY_RULES_FIRST_MESSAGE ?? preset.afterFirstMessage,
    afterLaterMessage: settings.REPLY_RULES_LATER_MESSAGE ?? preset.afterLaterMessage,
    afterSilence: settings.REPLY_RULES_AFTER_SILENCE ?? preset.afterSilence,
  };
};

/** What is known of one conversation. Times are TikTok's, in epoch milliseconds. */
export interface ReplyWindowFacts {
  readonly customerMessages: number;
  readonly lastCustomerMessageMs: number | null;
  /** Messages of the business since then, from whatever surface; one whose outcome is uncertain counts. */
  readonly answers: number;
  /** Of these, the ones that were sent after the window. */
  readonly lateAnswers: number;
  /** Whether the conversation is known from its first message on. */
  readonly isFirstMessageKnown: boolean;
  /** Mutual follows are exempt from the rules. Null: not known. */
  readonly isFollower: boolean | null;
  /** TikTok refused an answer by its rules, and the customer has not written since. */
  readonly isClosedByTikTok: boolean;
}

/** Stable words: which rule applies. */
export type ReplyRule = 'customer_writes_first' | 'first_message' | 'later_message' | 'after_silence';

export interface ReplyWindow {
  readonly rule: ReplyRule;
  /** Whether the facts are known to be complete. Where they are not, TikTok decides. */
  readonly isCertain: boolean;
  /** When the rule ends by itself; null when only the customer ends it. */
  readonly closesAtMs: number | null;
  /** Messages that the rule allows; null is any number. */
  readonly limit: number | null;
  readonly used: number;
  /** Null is any number. */
  readonly remaining: number | null;
}

/** The rule that applies at a time. */
export const replyWindowAt = (facts: ReplyWindowFacts, rules: ReplyRules, nowMs: number): ReplyWindow => {
  const { customerMessages, lastCustomerMessageMs, answers, lateAnswers } = facts;
  const isCertain = isCertainAbout(facts);
  const counted = (rule: ReplyRule, closesAtMs: number | null, limit: number | null, used: number): ReplyWindow => ({
    rule,
    isCertain,
    closesAtMs,
    limit,
    used,
    remaining: limit === null ? null : Math.max(0, limit - used),
  });
  if (lastCustomerMessageMs === null) return counted('customer_writes_first', null, 0, answers);
  const closesAtMs = lastCustomerMessageMs + rules.windowMs;
  if (nowMs >= closesAtMs) return counted('after_silence', null, rules.afterSilence, lateAnswers);
  return customerMessages > 1
    ? counted('later_message', closesAtMs, rules.afterLaterMessage, answers)
    : counted('first_message', closesAtMs, rules.afterFirstMessage, answers);
};

const isCertainAbout = ({ isFirstMessageKnown, isFollower, isClosedByTikTok }: ReplyWindowFacts): boolean =>
  isClosedByTikTok || (isFirstMessageKnown && isFollower === false);

export interface WindowRefusal {
  readonly code: Extract<FailureCode, 'reply_window_closed' | 'reply_quota_exhausted'>;
  /** When the rules allow more although the customer stays silent; null when only the customer can help. */
  readonly nextAllowedMs: number | null;
  /** Only a certain refusal is a verdict; otherwise TikTok is asked. */
  readonly isCertain: boolean;
}

/** Why the rules do not allow one more message; null when they do. */
export const windowRefusal = (facts: ReplyWindowFacts, rules: ReplyRules, nowMs: number): WindowRefusal | null => {
  if (facts.isClosedByTikTok) return { code: 'reply_window_closed', nextAllowedMs: null, isCertain: true };
  const { remaining, limit, closesAtMs, isCertain } = replyWindowAt(facts, rules, nowMs);
  if (remaining === null || remaining > 0) return null;
  return {
    code: limit === 0 ? 'reply_window_closed' : 'reply_quota_exhausted',
    nextAllowedMs: rules.afterSilence > 0 ? closesAtMs : null,
    isCertain,
  };
};

/** Whether the window is open whatever the facts do not know: the customer wrote lately, and nothing is used up. */
export const isSurelyOpen = (facts: ReplyWindowFacts, rules: ReplyRules, nowMs: number): boolean => {
  const { rule, remaining } = replyWindowAt(facts, rules, nowMs);
  const isWithin = rule === 'first_message' || rule === 'later_message';
  return isWithin && !facts.isClosedByTikTok && (remaining === null || remaining > 0);
};
