/** What the app asks a TikTok account for (setting `TIKTOK_SCOPES`). */
export interface ScopePolicy {
  /** Without one of these a channel is not connected. */
  readonly required: readonly string[];
  /** Without one of these it is connected with limits. */
  readonly optional: readonly string[];
}

/** What the owner granted, and which of the wanted scopes are not among it. */
export interface ScopeGrant {
  readonly granted: readonly string[];
  readonly missing: readonly string[];
}

export const wantedScopes = ({ required, optional }: ScopePolicy): readonly string[] => [...required, ...optional];

export const compareScopes = (policy: ScopePolicy, granted: readonly string[]): ScopeGrant => ({
  granted,
  missing: wantedScopes(policy).filter((scope) => !granted.includes(scope)),
});

export const isUsable = ({ required }: ScopePolicy, { missing }: ScopeGrant): boolean =>
  !missing.some((scope) => required.includes(scope));

/** What stops working without a scope (fact sheet, sections 2.5, 4.2 and 5). */
const WITHOUT: Readonly<Record<string, string>> = {
  'message.list.read': 'TikTok delivers no messages.',
  'message.list.send': 'Nothing can be answered.',
  'message.list.manage': 'Direct messages cannot be managed: images and capabilities of conversations.',
  'user.info.basic': 'The name and picture of the account are not known.',
  'user.info.username': 'The handle of the account is not known.',
  'user.account.type': 'It is not known whether the account is a business account.',
  'user.info.profile': 'The link to the profile and the description of the account are not known.',
};

export interface ScopeLimit {
  readonly scope: string;
  /** A sentence for people. */
  readonly consequence: string;
}

export const limitsOf = (missing: readonly string[]): readonly ScopeLimit[] =>
  missing.map((scope) => ({ scope, consequence: WITHOUT[scope] ?? 'What the app asks it for does not work.' }));
