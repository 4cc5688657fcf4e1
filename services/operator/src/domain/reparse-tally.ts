/** What became of one unrecognised delivery. */
export type Redelivery =
  | { readonly kind: 'published'; readonly types: readonly string[] }
  | { readonly kind: 'unrecognized'; readonly reason: string }
  /** Its body was blanked: there is nothing left to give. */
  | { readonly kind: 'blanked' };

export interface ReparseTally {
  /** Deliveries that were looked at and are meant by the filters. */
  readonly matched: number;
  /** By type of the event, how many deliveries became one. */
  readonly published: ReadonlyMap<string, number>;
  readonly readNow: number;
  /** By reason, how many could not be read again. */
  readonly unrecognized: ReadonlyMap<string, number>;
  readonly blanked: number;
  /** Records of the topic that are no `WebhookUnrecognized` that this version can decode. */
  readonly undecodable: number;
}

export const emptyTally: ReparseTally = {
  matched: 0,
  published: new Map(),
  readNow: 0,
  unrecognized: new Map(),
  blanked: 0,
  undecodable: 0,
};

export const addRedelivery = (tally: ReparseTally, redelivery: Redelivery): ReparseTally => {
  const matched = tally.matched + 1;
  switch (redelivery.kind) {
    case 'published':
      return {
        ...tally,
        matched,
        readNow: tally.readNow + 1,
        published: redelivery.types.reduce(plusOne, tally.published),
      };
    case 'unrecognized':
      return { ...tally, matched, unrecognized: plusOne(tally.unrecognized, redelivery.reason) };
    default:
      return { ...tally, matched, blanked: tally.blanked + 1 };
  }
};

export const addUndecodable = (tally: ReparseTally): ReparseTally => ({
  ...tally,
  undecodable: tally.undecodable + 1,
});

const plusOne = (counts: ReadonlyMap<string, number>, key: string): ReadonlyMap<string, number> =>
  new Map(counts).set(key, (counts.get(key) ?? 0) + 1);
