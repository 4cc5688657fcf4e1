/** Why a reply failed, for a person and for a program. `tiktokCodes`: TikTok's answers that lead to it. */
export interface Failure {
  /** What happened, as a sentence for people. */
  readonly sentence: string;
  /** What the person can do about it. */
  readonly advice: string;
  /** Whether the same reply may work later. */
  readonly retryable: boolean;
  /** What has to happen before it can work; null when this reply never will. */
  readonly clearedBy: string | null;
  readonly tiktokCodes: readonly number[];
}

const NOTHING = { retryable: false, clearedBy: null, tiktokCodes: [] } as const;

/** Every reason for which a reply can fail. Codes are public and stable: one may be added, none is renamed or removed. */
export const failureCatalogue = {
  text_with_attachment: {
    ...NOTHING,
    sentence: 'TikTok does not take text and an attachment in one message.',
    advice: 'Send the text and the attachment as two replies.',
  },
  multiple_attachments: {
    ...NOTHING,
    sentence: 'TikTok takes one attachment per message.',
    advice: 'Send each attachment as a reply of its own.',
  },
  empty_reply: {
    ...NOTHING,
    sentence: 'The reply holds neither text nor an attachment.',
    advice: 'Write a text or attach an image.',
  },
  text_too_long: {
    ...NOTHING,
    sentence: 'The text is longer than 6000 characters.',
    advice: 'Shorten the text or send it in parts.',
  },
  unsupported_attachment: {
    ...NOTHING,
    sentence:
      'This attachment cannot be sent: TikTok takes one image, one post of the account, or one card within its limits.',
    advice:
      'Attach an image by its media id or its HTTPS address, share a post of the account, or correct the card (title and buttons up to 40 characters, 20 on a button card, one to three buttons).',
  },
  unsupported_image_type: {
    ...NOTHING,
    sentence: 'The image is neither a JPEG nor a PNG.',
    advice: 'Save the image as JPEG or PNG and send it again.',
    tiktokCodes: [40908],
  },
  image_too_large: {
    ...NOTHING,
    sentence: 'The image is larger than 3 MB.',
    advice: 'Make the image smaller and send it again.',
  },
  image_unavailable: {
    ...NOTHING,
    sentence: 'The image to send could not be fetched.',
    advice:
      'Upload the image again, or check that its address is public, on an allowed host, and answers with an image.',
  },
  images_not_available_here: {
    ...NOTHING,
    sentence: 'Images cannot be sent in this conversation: TikTok does not offer it in one of the two countries.',
    advice: 'Answer with text.',
  },
  quote_not_allowed: {
    ...NOTHING,
    sentence:
      'Only a text reply can quote, and only a text, an image or a shared post of the same conversation can be quoted.',
    advice: 'Send the reply without a quote.',
  },
  conversation_unknown: {
    ...NOTHING,
    sentence: 'TikTok knows no such conversation of this account.',
    advice: 'A conversation exists once the customer has written; answer there.',
  },
  conversation_of_other_channel: {
    ...NOTHING,
    sentence: 'The conversation belongs to another TikTok account.',
    advice: 'Answer from the account that the customer wrote to.',
  },
  channel_unknown: {
    retryable: true,
    clearedBy: 'connecting the TikTok account',
    sentence: 'This TikTok account is not connected.',
    advice: 'Ask an administrator to connect the account.',
    tiktokCodes: [],
  },
  channel_disconnected: {
    retryable: true,
    clearedBy: 'connecting the TikTok account again',
    sentence: 'The TikTok account has been disconnected.',
    advice: 'Ask an administrator to connect the account again.',
    tiktokCodes: [],
  },
  channel_needs_reauthorization: {
    retryable: true,
    clearedBy: 'authorizing the TikTok account again',
    sentence: 'TikTok no longer accepts our access to this account.',
    advice: 'Ask an administrator to authorize the account again.',
    tiktokCodes: [40102, 40105],
  },
  missing_scope: {
    retryable: true,
    clearedBy: 'authorizing the TikTok account with permission to send messages',
    sentence: 'The TikTok account has not given the permission to send messages.',
    advice: 'Ask an administrator to authorize the account again with every permission.',
    tiktokCodes: [40001],
  },
  reply_window_closed: {
    retryable: true,
    clearedBy: 'a new message of the customer',
    sentence: 'TikTok allows no more messages here: the customer has been silent for too long.',
    advice: 'Wait until the customer writes again.',
    tiktokCodes: [40064],
  },
  reply_quota_exhausted: {
    retryable: true,
    clearedBy: 'a new message of the customer',
    sentence: 'TikTok allows no more messages here until the customer answers.',
    advice: 'Wait until the customer writes again.',
    tiktokCodes: [],
  },
  blocked_by_tiktok: {
    retryable: true,
    clearedBy: 'a changed message, or time',
    sentence: 'TikTok blocked the message by its rules for direct messages although the customer may be answered.',
    advice: 'Send it without links, or try later.',
    tiktokCodes: [40064],
  },
  sending_too_fast: {
    retryable: true,
    clearedBy: 'time',
    sentence: 'TikTok says that this account is sending messages too fast.',
    advice: 'Try again later, and send fewer messages.',
    tiktokCodes: [40064],
  },
  rate_limited: {
    retryable: true,
    clearedBy: 'time',
    sentence: 'TikTok took no more requests until the reply was no longer worth sending.',
    advice: 'Try again later.',
    tiktokCodes: [40100],
  },
  tiktok_unavailable: {
    retryable: true,
    clearedBy: 'TikTok being reachable again',
    sentence: 'TikTok could not be reached until the reply was no longer worth sending.',
    advice: 'Try again later.',
    tiktokCodes: [],
  },
  tiktok_rejected: {
    ...NOTHING,
    sentence: 'TikTok refused the message.',
    advice: "TikTok's own words and request id stand beside this failure; change the reply or ask TikTok's support.",
    tiktokCodes: [40002, 40007],
  },
  expired: {
    retryable: true,
    clearedBy: 'sending it again',
    sentence: 'The reply could not be sent before the time until which it was worth sending.',
    advice: 'Send it again if it still matters.',
    tiktokCodes: [],
  },
  invalid_command: {
    ...NOTHING,
    sentence: 'The command is incomplete, or asks for something that is not offered.',
    advice: "Correct the command; the contract's documents say what each field takes.",
  },
} as const satisfies Readonly<Record<string, Failure>>;

export type FailureCode = keyof typeof failureCatalogue;

export const failureCodes = Object.keys(failureCatalogue) as readonly FailureCode[];

/**
 * The failure behind a code of TikTok that proves a refusal by itself; null for every other code, which proves nothing.
 * 40064 stands for three failures, which only the facts of a conversation tell apart: the one that claims least is answered.
 */
const byTikTokCode: ReadonlyMap<number, FailureCode> = new Map<number, FailureCode>([
  ...failureCodes.flatMap((code) =>
    failureCatalogue[code].tiktokCodes.map((tiktokCode) => [tiktokCode, code] as const),
  ),
  [40064, 'blocked_by_tiktok'],
]);

export const failureOfTikTokCode = (tiktokCode: number): FailureCode | null => byTikTokCode.get(tiktokCode) ?? null;
