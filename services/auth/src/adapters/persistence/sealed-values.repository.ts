import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { SealedValues } from '../../application/ports.ts';
import type { Database } from './database.ts';
import { SealBroken, type Sealing } from './sealing.ts';

/** Where sealed values stand: a table, what names a row of it, and the column. */
const PLACES = [
  { table: 'channel_tokens', id: 'channel_id', column: 'sealed' },
  { table: 'token_revocations', id: 'channel_id', column: 'sealed' },
  { table: 'signing_keys', id: 'name', column: 'sealed_private' },
] as const;

interface SealedRow {
  readonly id: string;
  readonly sealed: string;
}

export const createSealedValues = ({
  database,
  sealing,
}: {
  readonly database: Database;
  readonly sealing: Sealing;
}): SealedValues => {
  const read = ({ table, id, column }: (typeof PLACES)[number]) =>
    onDatabase(() => database.$queryRawUnsafe<SealedRow[]>(`SELECT ${id} AS id, ${column} AS sealed FROM ${table}`));

  /** A value that was replaced meanwhile was sealed with the first key: it is left alone. */
  const replace = async (
    { table, id, column }: (typeof PLACES)[number],
    row: SealedRow,
    sealed: string,
  ): Promise<number> =>
    onDatabase(() =>
      database.$executeRawUnsafe(
        `UPDATE ${table} SET ${column} = $3 WHERE ${id} = $1 AND ${column} = $2`,
        row.id,
        row.sealed,
        sealed,
      ),
    );

  const resealOne = async (place: (typeof PLACES)[number], row: SealedRow): Promise<number> => {
    const anew = await sealAnew(sealing, row);
    return anew === null ? 0 : replace(place, row, anew);
  };

  return {
    reseal: async (limit) => {
      let resealed = 0;
      for (const place of PLACES) {
        const rows = await read(place);
        for (let n = 0; n < rows.length && resealed < limit; n += 1) {
          resealed += await resealOne(place, rows[n] as SealedRow);
        }
      }
      return resealed;
    },

    countByKey: async () => {
      const rows = (await Promise.all(PLACES.map(read))).flat();
      const byKey = Map.groupBy(rows, ({ sealed }) => sealing.keyOf(sealed));
      return new Map([...byKey].map(([key, values]) => [key, values.length]));
    },
  };
};

/** Null for what the first key has sealed, and for what no key here opens: `countByKey` names the key that it needs. */
const sealAnew = async (sealing: Sealing, { sealed }: SealedRow): Promise<string | null> => {
  if (sealing.keyOf(sealed) === sealing.keyId) return null;
  try {
    return await sealing.seal(await sealing.open(sealed));
  } catch (error) {
    if (error instanceof SealBroken) return null;
    throw error;
  }
};
