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
