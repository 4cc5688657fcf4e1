export interface OutcomeText {
  readonly sentence: string;
  readonly advice: string;
}

/**
 * What auth's codes say to the person who connects. The codes are auth's; a spec compares the two tables word by word,
 * since no service imports another.
 */
export const authorizationFailures: Readonly<Record<string, OutcomeText>> = {
  denied: {
    sentence: 'The connection was cancelled on TikTok.',
    advice: 'Start again and choose Authorize on the page of TikTok.',
  },
  authorization_incomplete: {
    sentence: 'TikTok came back without an authorization.',
    advice: 'Start again. If it happens again, ask your operator whether the TikTok app is approved.',
  },
  state_missing: {
    sentence: 'This address was opened without having started a connection here.',
    advice: 'Start from the channels page.',
  },
  state_invalid: {
    sentence: 'This connection was not started here, or its address was changed on the way.',
    advice: 'Start again from the channels page.',
  },
  state_expired: {
    sentence: 'The connection took longer than 10 minutes.',
    advice: 'Start again and finish within 10 minutes.',
  },
  state_reused: {
    sentence: 'This connection was finished before: the page was opened twice.',
    advice: 'Look at the channels page; start again if the channel is not there.',
  },
  state_of_other_browser: {
    sentence: 'The connection was started in another browser, or this one keeps no cookies.',
    advice: 'Start and finish in the same browser, with cookies allowed.',
  },
  code_refused: {
    sentence: 'TikTok did not accept the authorization that it had just given.',
    advice: 'Start again. If it happens again, ask your operator to check the id and secret of the TikTok app.',
  },
  scope_missing: {
    sentence: 'A permission was left out without which messages cannot be read or answered.',
    advice: 'Start again and leave all permissions for messages and for the profile switched on.',
  },
  channel_of_another_account: {
    sentence: 'This TikTok account is connected to another account here.',
    advice: 'Use another TikTok account, or ask your operator to release this one.',
  },
  other_tiktok_account: {
    sentence: 'Another TikTok account was chosen than the one to reconnect.',
    advice: 'Sign in on TikTok with the account of the channel, then start again.',
  },
  feature_off: {
    sentence: 'TikTok channels are switched off for this account.',
    advice: 'Ask your operator to switch them on.',
  },
  region_or_permission: {
    sentence: 'TikTok refuses access to this account: its region or the permission of the app.',
    advice:
      'Business accounts of the EEA, Switzerland and the UK cannot be connected, those of the US only by approved apps. If yours is of another region, ask your operator whether the app is approved for business messages.',
  },
  tiktok_unavailable: {
    sentence: 'TikTok does not answer at the moment.',
    advice: 'Try again in a few minutes.',
  },
  service_unavailable: {
    sentence: 'The connection could not be stored at the moment.',
    advice: 'Try again in a few minutes.',
  },
};

const UNKNOWN: OutcomeText = {
  sentence: 'The connection ended in a way that this page does not know.',
  advice: 'Look whether the channel is there; if it is not, start again.',
};

/** The code comes from an address that anybody can write: it is looked up, never shown. */
export const failureText = (code: string): OutcomeText =>
  Object.hasOwn(authorizationFailures, code) ? (authorizationFailures[code] ?? UNKNOWN) : UNKNOWN;
