interface StatusReasonText {
  /** What happened, for an administrator. */
  readonly sentence: string;
  /** What they can do. */
  readonly advice: string;
}

const RECONNECT = 'Reconnect the channel with the TikTok account that it belongs to.';

/** Every reason why a channel is not connected, or will not be for long. The codes are stable: they stand in the channel's records. */
export const statusReasons = {
  refresh_refused: {
    sentence: 'TikTok refuses to renew the access to this account.',
    advice: `${RECONNECT} If several channels show this, ask your operator to check the id and secret of the TikTok app.`,
  },
  refresh_answer_lost: {
    sentence: 'The access was renewed, but the answer of TikTok was lost before it could be stored.',
    advice: RECONNECT,
  },
  refresh_token_expired: {
    sentence: 'The access was not renewed in time, and TikTok has ended it.',
    advice: RECONNECT,
  },
  token_refused: {
    sentence: 'TikTok has revoked the access to this account.',
    advice: `${RECONNECT} If it happens again at once, ask your operator whether the TikTok app is still approved.`,
  },
  required_scope_missing: {
    sentence: 'The owner of the account has taken back a permission without which messages cannot be read or answered.',
    advice: 'Reconnect the channel and leave all permissions switched on.',
  },
  removed_by_owner: {
    sentence: 'The owner of the account has removed this app in TikTok.',
    advice: RECONNECT,
  },
  account_deleted: {
    sentence: 'The TikTok account was deleted.',
    advice: 'Disconnect the channel, or reconnect it when the account was restored.',
  },
  age_changed: {
    sentence: "TikTok has ended the access because the age of the account's owner was changed.",
    advice: RECONNECT,
  },
  account_banned: {
    sentence: 'TikTok has banned the account.',
    advice: 'Clear the ban with TikTok, then reconnect the channel.',
  },
  removed_by_developer: {
    sentence: 'The access was revoked for the whole TikTok app.',
    advice: 'Ask your operator about the TikTok app, then reconnect the channel.',
  },
  authorization_removed: {
    sentence: 'TikTok says that this account no longer authorizes the app, and does not say why.',
    advice: RECONNECT,
  },
  disconnected_by_administrator: {
    sentence: 'An administrator has disconnected the channel.',
    advice: 'Connect it again whenever it is wanted; its conversations are kept.',
  },
  released_by_operator: {
    sentence:
      'An operator has released the channel: any account may connect it, and what it held before is shown to nobody.',
    advice: 'Connect the TikTok account anew.',
  },
} as const satisfies Record<string, StatusReasonText>;

export type StatusReason = keyof typeof statusReasons;

/** Why TikTok says that an authorisation was removed. */
export type RemovalReason = Extract<
  StatusReason,
  | 'removed_by_owner'
  | 'account_deleted'
  | 'age_changed'
  | 'account_banned'
  | 'removed_by_developer'
  | 'authorization_removed'
>;

/** Why TikTok will not renew a pair. */
export type RefreshRefusalReason = Extract<
  StatusReason,
  'refresh_refused' | 'refresh_answer_lost' | 'refresh_token_expired' | 'token_refused'
>;
