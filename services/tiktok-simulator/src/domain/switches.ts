import { RATE_LIMIT_LEVELS, type RateLimitLevel } from './rate-limits.ts';

/** What a switch may be set to. */
type Kind =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'count'; readonly least: number }
  | { readonly kind: 'optional-count' }
  | { readonly kind: 'optional-boolean' }
  | { readonly kind: 'code' }
  | { readonly kind: 'optional-code' }
  | { readonly kind: 'choice'; readonly choices: readonly (string | number)[] };

interface SwitchRow {
  readonly kind: Kind;
  readonly normal: boolean | number | string | null;
  readonly sentence: string;
}

const BOOLEAN = { kind: 'boolean' } as const;
const COUNT = { kind: 'count', least: 0 } as const;

/** How TikTok answers a send: as usual, not at all although it took the message, or with a failure before or after taking it. */
const SEND_ANSWERS = [
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

/** How a delivery is signed. All but `normal` and `spaced` must be refused. */
const SIGNATURES = ['normal', 'wrong', 'other_body', 'missing', 'malformed', 'spaced'] as const;
export type SignatureKind = (typeof SIGNATURES)[number];

/** Every switch, as `PUT /_control/faults` takes it. A new one is a row here, a line in `Switches` and its use. */
const SWITCHES = {
  send_rejects_with: {
    kind: { kind: 'optional-code' },
    normal: null,
    sentence: 'Every send is refused with this code, HTTP 200, and nothing is sent.',
  },
  send_answer: {
    kind: { kind: 'choice', choices: SEND_ANSWERS },
    normal: 'normal',
    sentence:
      'How a valid send is answered: `dropped_…` cuts the connection, `hangs_…` never answers, `500_…` and `502_…` answer that HTTP status, `51065_…` that code; `…_after_acceptance` takes the message first, `…_before_acceptance` takes nothing.',
  },
  send_answer_delay_ms: {
    kind: COUNT,
    normal: 0,
    sentence: 'The answer to a send waits so long after the message was taken, so that its echo comes first.',
  },
  echo_delay_ms: { kind: COUNT, normal: 0, sentence: 'The echo of an API send waits so long.' },
  echo_never: { kind: BOOLEAN, normal: false, sentence: 'API sends have no echo.' },
  echo_before_answer: {
    kind: BOOLEAN,
    normal: false,
    sentence: 'The answer to a send waits until its echo was attempted, so that the echo is always first.',
  },
  echoes_duplicated: {
    kind: { kind: 'count', least: 1 },
    normal: 1,
    sentence: 'Every echo of an API send becomes so many deliveries, one after the other.',
  },
  deliveries_duplicated: {
    kind: { kind: 'count', least: 1 },
    normal: 1,
    sentence: 'Every attempt of a delivery is sent so many times, at once, over as many connections.',
  },
  deliveries_delayed_ms: { kind: COUNT, normal: 0, sentence: 'Every delivery waits so long before its first attempt.' },
  deliveries_reordered_ms: {
    kind: COUNT,
    normal: 0,
    sentence: 'Every delivery waits a random time up to this long, so that they overtake each other.',
  },
  deliveries_repeated_after_ms: {
    kind: COUNT,
    normal: 0,
    sentence: 'Every delivery that was acknowledged is sent once more after so long; 0 is never.',
  },
  deliveries_first_retry_ms: {
    kind: { kind: 'count', least: 1 },
    normal: 60_000,
    sentence:
      'The first retry of a delivery comes so long after its failure, each further one after twice the time, for 72 hours.',
  },
  deliveries_timeout_ms: {
    kind: { kind: 'count', least: 1 },
    normal: 10_000,
    sentence: 'An answer that takes longer is a failure; in real time, like the wait for it.',
  },
  deliveries_signature: {
    kind: { kind: 'choice', choices: SIGNATURES },
    normal: 'normal',
    sentence:
      'How deliveries are signed: `wrong` with another secret, `other_body` over another body, `missing` without the header, `malformed` without its shape, `spaced` rightly, with a space behind the comma.',
  },
  deliveries_stale_ms: {
    kind: COUNT,
    normal: 0,
    sentence: 'The signed time stamp of every attempt lies so far in the past.',
  },
  deliveries_need_authorization: {
    kind: BOOLEAN,
    normal: false,
    sentence: 'Only businesses that have granted message.list.read to the app cause deliveries.',
  },
  token_endpoint_away: { kind: BOOLEAN, normal: false, sentence: 'The OAuth endpoints (tt_user/*) answer 503.' },
  api_away: { kind: BOOLEAN, normal: false, sentence: 'Every endpoint of the open API answers 503.' },
  media_slow_ms: {
    kind: COUNT,
    normal: 0,
    sentence: 'Uploads, download addresses and the bytes of media take so long.',
  },
  minimal_payload: {
    kind: BOOLEAN,
    normal: false,
    sentence:
      'Webhooks leave out what clients must not require: client_key and create_time; in the content roles, unique_identifier, message_tag, scene_type, is_follower.',
  },
  capability_image_send: {
    kind: { kind: 'optional-boolean' },
    normal: null,
    sentence: 'Whether images can be sent in every conversation; null leaves it to the regions of both sides.',
  },
  rate_limit_qps: {
    kind: COUNT,
    normal: 10,
    sentence:
      'Calls of the open API that are let through in any one second; the next is refused with 40100; 0 is no limit.',
  },
  quota_off: {
    kind: BOOLEAN,
    normal: false,
    sentence: 'The 48-hour window and the message quotas are not enforced.',
  },
  refresh_token_rotates: {
    kind: BOOLEAN,
    normal: true,
    sentence: 'A refresh answers a new refresh token and the old one stops working.',
  },
  local_addresses: {
    kind: BOOLEAN,
    normal: true,
    sentence: 'Redirect and callback addresses may use http and ports, which TikTok does not allow.',
  },
  // The API side.
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
  code_seconds: { kind: { kind: 'count', least: 1 }, normal: 600, sentence: 'How long a new authorisation code is good.' },
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

type SwitchName = keyof typeof SWITCHES;

export interface Switches {
  readonly send_rejects_with: number | null;
  readonly send_answer: SendAnswer;
  readonly send_answer_delay_ms: number;
  readonly echo_delay_ms: number;
  readonly echo_never: boolean;
  readonly echo_before_answer: boolean;
  readonly echoes_duplicated: number;
  readonly deliveries_duplicated: number;
  readonly deliveries_delayed_ms: number;
  readonly deliveries_reordered_ms: number;
  readonly deliveries_repeated_after_ms: number;
  readonly deliveries_first_retry_ms: number;
  readonly deliveries_timeout_ms: number;
  readonly deliveries_signature: SignatureKind;
  readonly deliveries_stale_ms: number;
  readonly deliveries_need_authorization: boolean;
  readonly token_endpoint_away: boolean;
  readonly api_away: boolean;
  readonly media_slow_ms: number;
  readonly minimal_payload: boolean;
  readonly capability_image_send: boolean | null;
  readonly rate_limit_qps: number;
  readonly quota_off: boolean;
  readonly refresh_token_rotates: boolean;
  readonly local_addresses: boolean;

  // The API side.
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

const NAMES = Object.keys(SWITCHES) as readonly SwitchName[];

export const NORMAL_SWITCHES = Object.fromEntries(
  NAMES.map((name) => [name, SWITCHES[name].normal]),
) as unknown as Switches;

/** What is absent goes back to normal, so `{}` resets all; a list of complaints when anything is unknown or does not fit. */
export const parseSwitches = (
  wanted: Readonly<Record<string, unknown>>,
): { readonly switches: Switches } | { readonly complaints: readonly string[] } => {
  const complaints = Object.entries(wanted).flatMap(([name, value]) => complaintAbout(name, value));
  return complaints.length > 0 ? { complaints } : { switches: { ...NORMAL_SWITCHES, ...wanted } };
};

/** Value, normal value, what is allowed, and the sentence of every switch. */
export const describeSwitches = (switches: Switches): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    NAMES.map((name) => {
      const { kind, normal, sentence } = SWITCHES[name];
      return [name, { value: switches[name], normal, takes: nameOf(kind), sentence }];
    }),
  );

const complaintAbout = (name: string, value: unknown): readonly string[] => {
  if (!Object.hasOwn(SWITCHES, name)) return [`there is no switch ${name}`];
  const { kind } = SWITCHES[name as SwitchName];
  return fits(kind, value) ? [] : [`${name} takes ${nameOf(kind)}`];
};

const fits = (kind: Kind, value: unknown): boolean => {
  switch (kind.kind) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'optional-boolean':
      return value === null || typeof value === 'boolean';
    case 'count':
      return isWhole(value) && value >= kind.least;
    case 'optional-count':
      return value === null || (isWhole(value) && value >= 0);
    case 'code':
      return isWhole(value) && value > 0;
    case 'optional-code':
      return value === null || (isWhole(value) && value > 0);
    case 'choice':
      return kind.choices.some((choice) => choice === value);
  }
};

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);

const nameOf = (kind: Kind): string => {
  switch (kind.kind) {
    case 'boolean':
      return 'true or false';
    case 'optional-boolean':
      return 'true, false or null';
    case 'count':
      return `a whole number from ${kind.least}`;
    case 'optional-count':
      return 'a whole number from 0, or null';
    case 'code':
      return 'a code above 0';
    case 'optional-code':
      return 'a code above 0, or null';
    case 'choice':
      return `one of ${kind.choices.join(', ')}`;
  }
};
