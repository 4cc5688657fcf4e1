import type { Act, SealedValues } from './ports.ts';

export interface Resealed {
  readonly resealed: number;
  /** Sealed values by the id of their key: one that seals nothing any more may leave the settings. */
  readonly sealedWith: Readonly<Record<string, number>>;
}

export type ResealTokens = (act: Act) => Promise<Resealed>;

const AT_ONCE = 100;

/** Seals with the first key what an older one has sealed. Harmless beside a running service, and when it is repeated. */
export const createResealTokens =
  ({ values, audit }: { readonly values: SealedValues; readonly audit: (act: Act) => Promise<void> }): ResealTokens =>
  async (act) => {
    await audit(act);
    let resealed = 0;
    for (let count = await values.reseal(AT_ONCE); count > 0; count = await values.reseal(AT_ONCE)) resealed += count;
    return { resealed, sealedWith: Object.fromEntries(await values.countByKey()) };
  };
