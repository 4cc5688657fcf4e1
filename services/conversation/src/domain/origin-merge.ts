import { lesser, type Scalar } from './canonical.ts';

/** A fact of which records from webhooks and from imports may differ. */
export interface OfOrigin {
  /** Bit n is set when the value of the nth merged field is present and comes from a history import. */
  readonly fromHistory: number;
}

interface OriginMerge<Fact extends OfOrigin> {
  /** Field by field: present over absent, a webhook's value over an import's, else the lesser. */
  merge(a: Fact, b: Fact): Fact;
  /** `fromHistory` of a record that was imported: every field that it has. */
  historyBits(fact: Omit<Fact, 'fromHistory'>): number;
}

/**
 * The merge of two records of one fact. Commutative, associative and idempotent, so arrival order and repetitions leave no
 * trace. Stored rows hold bits by the order of `fields`: append, never reorder.
 */
export const mergeByOrigin = <Fact extends OfOrigin>(
  fields: readonly (keyof Omit<Fact, 'fromHistory'> & string)[],
): OriginMerge<Fact> => {
  const fieldOf = (fact: Omit<Fact, 'fromHistory'>, field: keyof typeof fact): Scalar | null =>
    fact[field] as Scalar | null;
  return {
    merge(a, b) {
      const merged: Record<string, Scalar | null> = {};
      let fromHistory = 0;
      for (const [index, field] of fields.entries()) {
        const bit = 1 << index;
        const { value, isHistoric } = winner(
          { value: fieldOf(a, field), isHistoric: (a.fromHistory & bit) !== 0 },
          { value: fieldOf(b, field), isHistoric: (b.fromHistory & bit) !== 0 },
        );
        merged[field] = value;
        if (isHistoric) fromHistory |= bit;
      }
      return { ...a, ...merged, fromHistory };
    },
    historyBits: (fact) =>
      fields.reduce((bits, field, index) => (fieldOf(fact, field) === null ? bits : bits | (1 << index)), 0),
  };
};

interface Field {
  readonly value: Scalar | null;
  readonly isHistoric: boolean;
}

const winner = (a: Field, b: Field): Field => {
  if (a.value === null) return b;
  if (b.value === null) return a;
  if (a.isHistoric !== b.isHistoric) return a.isHistoric ? b : a;
  return { value: lesser(a.value, b.value), isHistoric: a.isHistoric };
};
