/**
 * TikTok's answer codes with the sentence that the simulator says when a caller gives none. `documented` names where a
 * code was seen: `messaging` in sources on direct messages, `advertising` only in those on the advertising API. `status`
 * is what `http_status_follows_code` answers; TikTok is only known to answer 200.
 */
export const CODES = {
  40001: { sentence: 'No permission to operate on this account.', documented: 'messaging', status: 403 },
  40002: { sentence: 'Invalid parameter.', documented: 'messaging', status: 400 },
  40007: { sentence: 'The target object does not exist.', documented: 'messaging', status: 404 },
  40064: { sentence: 'You are sending messages too fast. Take a rest.', documented: 'messaging', status: 403 },
  40100: { sentence: 'Too many requests. Please retry later.', documented: 'messaging', status: 429 },
  40102: { sentence: 'Access token is expired.', documented: 'advertising', status: 401 },
  40105: { sentence: 'Access token is incorrect or has been revoked.', documented: 'messaging', status: 401 },
  40131: { sentence: 'Authorization code is expired.', documented: 'messaging', status: 401 },
  40908: { sentence: 'Unsupported file type.', documented: 'messaging', status: 400 },
  50000: { sentence: 'Internal server error.', documented: 'advertising', status: 500 },
  51065: { sentence: 'System error. Please retry later.', documented: 'messaging', status: 500 },
} as const;

export interface Refusal {
  readonly code: number;
  readonly message: string;
}

/** `message` defaults to the table's sentence; codes that the table does not know (a switch may ask for any) get a general one. */
export const refusal = (code: number, message?: string): Refusal => ({
  code,
  message: message ?? rowOf(code)?.sentence ?? 'The request was refused.',
});

/** TikTok's sentence for a bad parameter names it, as in "Param conversation_id is invalid." */
export const invalidParam = (name: string, why = 'is invalid'): Refusal => refusal(40002, `Param ${name} ${why}.`);

/** The general meaning of 40064, as documented; its other sentence, of the table, was seen for volume alone. */
export const blockedByRules = (code: number): Refusal =>
  refusal(code, 'The message is blocked by the rules for direct messages.');

/** For a client that is to meet other HTTP statuses than 200. */
export const fittingStatus = (code: number): number => rowOf(code)?.status ?? 400;

const rowOf = (code: number) => CODES[code as keyof typeof CODES] as (typeof CODES)[keyof typeof CODES] | undefined;
