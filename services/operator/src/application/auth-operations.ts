/** What auth's operator endpoints do (schemas/openapi/auth.json). Who acts is whose token it is; each act says why. */
export interface AuthOperations {
  features(accountId: string): Promise<readonly FeatureState[]>;
  switchFeature(feature: FeatureState & { readonly accountId: string }, reason: string): Promise<FeatureState>;
  reencryptTokens(reason: string): Promise<Reencrypted>;
  /** Ends that a channel belongs to an account. */
  releaseChannel(channelId: string, reason: string): Promise<void>;
}

export interface FeatureState {
  readonly feature: string;
  readonly isEnabled: boolean;
}

export interface Reencrypted {
  readonly resealed: number;
  /** Sealed values by the id of their key; the empty one stands for what no key opens. */
  readonly sealedWith: Readonly<Record<string, number>>;
}
