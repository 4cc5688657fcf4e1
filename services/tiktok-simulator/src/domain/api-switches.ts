import { RATE_LIMIT_LEVELS, type RateLimitLevel } from './rate-limits.ts';
import { BOOLEAN, COUNT, type SwitchRow } from './switch-kinds.ts';

/** How TikTok answers a send: as usual, not at all although it took the message, or with a failure before or after taking it. */
export const SEND_ANSWERS = [
  'normal',
  'dropped_after_acceptance',
  'hangs_after_acceptance',
  '500_after_acceptance',
  '502_after_acceptance',
  '51065_after_acceptance',
  'dropped_before_acceptance',
  'hangs_before_acceptance',
  '500_before_acceptance',
] as const;
export type SendAnswer = (typeof SEND_ANSWERS)[number];

/** Groups of endpoints that can be made to fail apart from the others. */
export const API_AREAS = ['token', 'account', 'conversation', 'send', 'media', 'webhook'] as const;
export type ApiArea = (typeof API_AREAS)[number];
const FAILING_AREAS = ['all', ...API_AREAS] as const;

const SILENT_REDIRECTS = ['off', 'with_code', 'without_code'] as const;

/** The switches of the API and of the authorisation. */
export const API_SWITCHES = {
  send_answer_every: {
    kind: { kind: 'count', least: 1 },
    normal: 1,
    sentence:
      'Only every so many-th valid send since the switches were set is treated as send_rejects_with, send_answer and send_answer_delay_ms say.',
  },
  api_fails_with: {
    kind: { kind: 'optional-code' },
    normal: null,
    sentence:
      'Calls of the open API fail with this code before anything is looked at; below 600 it is an HTTP status without an envelope.',
  },
  api_fails_on: {
    kind: { kind: 'choice', choices: FAILING_AREAS },
    normal: 'all',
    sentence: 'Which endpoints api_fails_with and api_answer_delay_ms mean.',
  },
  api_fails_times: {
    kind: { kind: 'optional-count' },
    normal: null,
    sentence: 'api_fails_with ends after so many failed calls; null is no end.',
  },
  api_fails_every: {
    kind: { kind: 'count', least: 1 },
    normal: 1,
    sentence: 'api_fails_with means every so many-th call since the switches were set.',
  },
  api_fails_percent: {
    kind: COUNT,
    normal: 100,
    sentence: 'api_fails_with means this share of the calls, drawn from the seed.',
  },
  api_answer_delay_ms: {
    kind: COUNT,
    normal: 0,
    sentence: 'Every call of the open API waits so long before it is looked at.',
  },
  http_status_follows_code: {
    kind: BOOLEAN,
    normal: false,
    sentence: 'Refusals come with a fitting HTTP status (400, 401, 403, 404, 429, 500) in place of 200.',
  },
  undocumented_fields: {
    kind: BOOLEAN,
    normal: false,
    sentence: 'Answers have a field more than documented, and theirs in reverse order.',
  },
  rate_limit_level: {
    kind: { kind: 'choice', choices: RATE_LIMIT_LEVELS },
    normal: 'basic',
    sentence: 'The level of the app, which sets its limits per second, minute and day.',
  },
  rate_limit_qpd: {
    kind: { kind: 'optional-count' },
    normal: null,
    sentence:
      'Calls of the app on one day (UTC); null leaves it to the level, at which it takes the whole day to reach.',
  },
  rate_limit_account_qpm: {
    kind: COUNT,
    normal: 40,
    sentence: 'Calls of an accounts endpoint that one account gets through in a minute; 0 is no limit.',
  },
  expired_token_code: {
    kind: { kind: 'choice', choices: [40105, 40102] },
    normal: 40105,
    sentence: 'The code for an access token that was good once and is expired.',
  },
  code_seconds: {
    kind: { kind: 'count', least: 1 },
    normal: 600,
    sentence: 'How long a new authorisation code is good.',
  },
  access_token_seconds: {
    kind: { kind: 'count', least: 1 },
    normal: 86_400,
    sentence: 'How long a new access token is good.',
  },
  refresh_token_seconds: {
    kind: { kind: 'count', least: 1 },
    normal: 31_536_000,
    sentence: 'How long a new refresh token is good; other sources say 2592000.',
  },
  refresh_ends_access_token: {
    kind: BOOLEAN,
    normal: false,
    sentence: 'A refresh ends the access tokens that the same grant had before.',
  },
  silent_redirect: {
    kind: { kind: 'choice', choices: SILENT_REDIRECTS },
    normal: 'off',
    sentence:
      'Without disable_auto_auth=1 the consent page sends a business that granted the same scopes before straight back, with or without a code.',
  },
  quota_after_later_message: {
    kind: { kind: 'optional-count' },
    normal: null,
    sentence:
      'Answers within 48 hours of a message of the customer that is not the first; null is any number, other sources say 10.',
  },
  quota_after_silence: {
    kind: COUNT,
    normal: 3,
    sentence: 'Messages after 48 hours of silence of the customer; other sources say 0.',
  },
  quota_refuses_with: {
    kind: { kind: 'code' },
    normal: 40064,
    sentence: 'The code for a closed window or a used-up quota.',
  },
  daily_conversations: {
    kind: COUNT,
    normal: 0,
    sentence:
      'Conversations in which a business may write on one day (UTC), then 40064; 0 is no limit, a source says 100 to 200.',
  },
  links_blocked: { kind: BOOLEAN, normal: false, sentence: 'A text with a link is refused with 40064.' },
  sends_held: {
    kind: BOOLEAN,
    normal: false,
    sentence:
      'The business is flagged as spam: what the API sends is taken, and is shown and echoed once the customer accepts the request by writing.',
  },
  content_list_lags_ms: {
    kind: COUNT,
    normal: 0,
    sentence: 'content/list leaves out what was written within so long.',
  },
  region_refuses_with: {
    kind: { kind: 'code' },
    normal: 40001,
    sentence: 'The code for a business account in the EEA, Switzerland or the UK, or in the US without usds_signed.',
  },
  usds_signed: {
    kind: BOOLEAN,
    normal: true,
    sentence: 'The developer has signed the addendum that admits business accounts of the US.',
  },
} as const satisfies Record<string, SwitchRow>;

export interface ApiSwitches {
  readonly send_answer_every: number;
  readonly api_fails_with: number | null;
  readonly api_fails_on: (typeof FAILING_AREAS)[number];
  readonly api_fails_times: number | null;
  readonly api_fails_every: number;
  readonly api_fails_percent: number;
  readonly api_answer_delay_ms: number;
  readonly http_status_follows_code: boolean;
  readonly undocumented_fields: boolean;
  readonly rate_limit_level: RateLimitLevel;
  readonly rate_limit_qpd: number | null;
  readonly rate_limit_account_qpm: number;
  readonly expired_token_code: 40105 | 40102;
  readonly code_seconds: number;
  readonly access_token_seconds: number;
  readonly refresh_token_seconds: number;
  readonly refresh_ends_access_token: boolean;
  readonly silent_redirect: (typeof SILENT_REDIRECTS)[number];
  readonly quota_after_later_message: number | null;
  readonly quota_after_silence: number;
  readonly quota_refuses_with: number;
  readonly daily_conversations: number;
  readonly links_blocked: boolean;
  readonly sends_held: boolean;
  readonly content_list_lags_ms: number;
  readonly region_refuses_with: number;
  readonly usds_signed: boolean;
}
