import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { SealedValues } from '../../application/ports.ts';
import type { Database } from './database.ts';
import type { Sealing } from './sealing.ts';

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

  return {
    reseal: async (limit) => {
      let resealed = 0;
      for (const place of PLACES) {
        const old = (await read(place)).filter(({ sealed }) => sealing.keyOf(sealed) !== sealing.keyId);
        for (const row of old.slice(0, limit - resealed)) {
          resealed += await replace(place, row, await sealing.seal(await sealing.open(row.sealed)));
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
