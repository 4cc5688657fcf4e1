import { API_SWITCHES, type ApiSwitches, SEND_ANSWERS, type SendAnswer } from './api-switches.ts';
import { BOOLEAN, COUNT, fits, nameOf, type SwitchRow } from './switch-kinds.ts';

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
  ...API_SWITCHES,
} as const satisfies Record<string, SwitchRow>;

type SwitchName = keyof typeof SWITCHES;

export interface Switches extends ApiSwitches {
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

/** Value, normal value, what is allowed (in words, and for programs), and the sentence of every switch. */
export const describeSwitches = (switches: Switches): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    NAMES.map((name) => {
      const { kind, normal, sentence } = SWITCHES[name];
      return [name, { value: switches[name], normal, takes: nameOf(kind), ...kind, sentence }];
    }),
  );

const complaintAbout = (name: string, value: unknown): readonly string[] => {
  if (!Object.hasOwn(SWITCHES, name)) return [`there is no switch ${name}`];
  const { kind } = SWITCHES[name as SwitchName];
  return fits(kind, value) ? [] : [`${name} takes ${nameOf(kind)}`];
};
