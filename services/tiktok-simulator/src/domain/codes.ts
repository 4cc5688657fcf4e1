/**
 * TikTok's answer codes with the sentence that the simulator says when a caller gives none. `documented` names where a
 * code was seen: `messaging` in sources on direct messages, `advertising` only in those on the advertising API.
 */
export const CODES = {
  40001: { sentence: 'No permission to operate on this account.', documented: 'messaging' },
  40002: { sentence: 'Invalid parameter.', documented: 'messaging' },
  40007: { sentence: 'The target object does not exist.', documented: 'messaging' },
  40064: { sentence: 'You are sending messages too fast. Take a rest.', documented: 'messaging' },
  40100: { sentence: 'Too many requests. Please retry later.', documented: 'messaging' },
  40102: { sentence: 'Access token is expired.', documented: 'advertising' },
  40105: { sentence: 'Access token is incorrect or has been revoked.', documented: 'messaging' },
  40131: { sentence: 'Authorization code is expired.', documented: 'messaging' },
  40908: { sentence: 'Unsupported file type.', documented: 'messaging' },
  50000: { sentence: 'Internal server error.', documented: 'advertising' },
  51065: { sentence: 'System error. Please retry later.', documented: 'messaging' },
} as const;

export interface Refusal {
  readonly code: number;
  readonly message: string;
}

/** `message` defaults to the table's sentence; codes that the table does not know (a switch may ask for any) get a general one. */
export const refusal = (code: number, message?: string): Refusal => ({
  code,
  message: message ?? CODES[code as keyof typeof CODES]?.sentence ?? 'The request was refused.',
});

/** TikTok's sentence for a bad parameter names it, as in "Param conversation_id is invalid." */
export const invalidParam = (name: string, why = 'is invalid'): Refusal => refusal(40002, `Param ${name} ${why}.`);
