/** What a switch may be set to. */
export type Kind =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'count'; readonly least: number }
  | { readonly kind: 'optional-count' }
  | { readonly kind: 'optional-boolean' }
  | { readonly kind: 'code' }
  | { readonly kind: 'optional-code' }
  | { readonly kind: 'choice'; readonly choices: readonly (string | number)[] };

export interface SwitchRow {
  readonly kind: Kind;
  readonly normal: boolean | number | string | null;
  readonly sentence: string;
}

export const BOOLEAN = { kind: 'boolean' } as const;
export const COUNT = { kind: 'count', least: 0 } as const;

export const fits = (kind: Kind, value: unknown): boolean => {
  switch (kind.kind) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'optional-boolean':
      return value === null || typeof value === 'boolean';
    case 'count':
      return isWhole(value) && value >= kind.least;
    case 'optional-count':
      return value === null || (isWhole(value) && value >= 0);
    case 'code':
      return isWhole(value) && value > 0;
    case 'optional-code':
      return value === null || (isWhole(value) && value > 0);
    case 'choice':
      return kind.choices.some((choice) => choice === value);
  }
};

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);

export const nameOf = (kind: Kind): string => {
  switch (kind.kind) {
    case 'boolean':
      return 'true or false';
    case 'optional-boolean':
      return 'true, false or null';
    case 'count':
      return `a whole number from ${kind.least}`;
    case 'optional-count':
      return 'a whole number from 0, or null';
    case 'code':
      return 'a code above 0';
    case 'optional-code':
      return 'a code above 0, or null';
    case 'choice':
      return `one of ${kind.choices.join(', ')}`;
  }
};
