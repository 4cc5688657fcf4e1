import type { Clock } from '@tiktok-channel/platform/kernel';
import { onDatabase } from '@tiktok-channel/platform/postgres';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Database } from './database.ts';
import type { Sealing } from './sealing.ts';

export interface SigningKeyPair {
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
}

const NAME = 'local-sign-in';
const LOCAL_SIGNING_ALGORITHM = 'ES256';

/** The key pair of local sign-in tokens: made by whoever starts first, then shared by replicas and kept over restarts. */
export const loadSigningKeys = ({
  database,
  sealing,
  clock,
}: {
  readonly database: Database;
  readonly sealing: Sealing;
  readonly clock: Clock;
}): Promise<SigningKeyPair> =>
  onDatabase(async () => {
    const found = await database.signingKey.findUnique({ where: { name: NAME } });
    if (found === null) await createKeys(database, sealing, clock.now());

    const { publicJwk, sealedPrivate } =
      found ?? (await database.signingKey.findUniqueOrThrow({ where: { name: NAME } }));
    return { publicJwk: publicJwk as JWK, privateJwk: (await sealing.open(sealedPrivate)) as JWK };
  });

/** Of two that make keys at once, the first one's stay. */
const createKeys = async (database: Database, sealing: Sealing, atMs: number): Promise<void> => {
  const { publicKey, privateKey } = await generateKeyPair(LOCAL_SIGNING_ALGORITHM, { extractable: true });
  const exported = await exportJWK(publicKey);
  const publicJwk = {
    ...exported,
    kid: await calculateJwkThumbprint(exported),
    alg: LOCAL_SIGNING_ALGORITHM,
    use: 'sig',
  };
  const sealedPrivate = await sealing.seal(await exportJWK(privateKey));
  await database.signingKey.createMany({
    data: [{ name: NAME, publicJwk, sealedPrivate, createdAt: BigInt(atMs) }],
    skipDuplicates: true,
  });
};
