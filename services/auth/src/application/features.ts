import type { Feature } from '../domain/features.ts';
import type { Features } from './ports.ts';

export type IsFeatureOn = (accountId: string, feature: Feature) => Promise<boolean>;

/** `defaults`: of accounts for which no operator has switched the feature. */
export const createIsFeatureOn =
  (features: Pick<Features, 'read'>, defaults: Readonly<Record<Feature, boolean>>): IsFeatureOn =>
  async (accountId, feature) =>
    (await features.read(accountId, feature)) ?? defaults[feature];
