import type { Clock } from '@tiktok-channel/platform/kernel';
import { onDatabase } from '@tiktok-channel/platform/postgres';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Database } from './database.ts';
import type { Sealing } from './sealing.ts';

export interface SigningKeyPair {
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
}

/** The key pairs of local sign-in, one for every 30 days, shared by replicas and kept over restarts. */
export interface SigningKeys {
  /** What signs at this moment. */
  current(): Promise<SigningKeyPair>;
  /** What checks tokens: the pair before, whose last ones are still good, this one, and the next, so that nobody meets a key for the first time. */
  published(): Promise<readonly JWK[]>;
}

const LOCAL_SIGNING_ALGORITHM = 'ES256';
/** Longer than a token lives, and than the leaps of a simulated clock: whoever remembers the keys then knows the next one. */
const PERIOD_MS = 30 * 24 * 60 * 60_000;
const KEPT_MS = 3 * PERIOD_MS;

interface Dependencies {
  readonly database: Database;
  readonly sealing: Sealing;
  readonly clock: Clock;
}

export const createSigningKeys = (dependencies: Dependencies): SigningKeys => {
  const known = new Map<string, SigningKeyPair>();
  const find = async (period: number): Promise<SigningKeyPair | null> => {
    const name = nameOf(period);
    const pair = known.get(name) ?? (await load(dependencies, name));
    if (pair !== null) known.set(name, pair);
    return pair;
  };
  const findOrMake = async (period: number): Promise<SigningKeyPair> => {
    const pair = (await find(period)) ?? (await make(dependencies, nameOf(period)).then(() => find(period)));
    if (pair === null) throw new TypeError('a key pair was made and is not there');
    return pair;
  };
  const now = () => Math.floor(dependencies.clock.now() / PERIOD_MS);
  return {
    current: () => findOrMake(now()),
    published: async () => {
      const period = now();
      const pairs = await Promise.all([find(period - 1), findOrMake(period), findOrMake(period + 1)]);
      return pairs.flatMap((pair) => (pair === null ? [] : [pair.publicJwk]));
    },
  };
};

const nameOf = (period: number): string => `local-sign-in-${period}`;

const load = async ({ database, sealing }: Dependencies, name: string): Promise<SigningKeyPair | null> => {
  const row = await onDatabase(() => database.signingKey.findUnique({ where: { name } }));
  if (row === null) return null;
  return { publicJwk: row.publicJwk as JWK, privateJwk: (await sealing.open(row.sealedPrivate)) as JWK };
};

/** Of two that make a pair at once, the first one's stays. What no living token needs goes. */
const make = async ({ database, sealing, clock }: Dependencies, name: string): Promise<void> => {
  const { publicKey, privateKey } = await generateKeyPair(LOCAL_SIGNING_ALGORITHM, { extractable: true });
  const exported = await exportJWK(publicKey);
  const publicJwk = {
    ...exported,
    kid: await calculateJwkThumbprint(exported),
    alg: LOCAL_SIGNING_ALGORITHM,
    use: 'sig',
  };
  const sealedPrivate = await sealing.seal(await exportJWK(privateKey));
  const createdAt = BigInt(clock.now());
  await onDatabase(async () => {
    await database.signingKey.createMany({
      data: [{ name, publicJwk, sealedPrivate, createdAt }],
      skipDuplicates: true,
    });
    await database.signingKey.deleteMany({ where: { createdAt: { lt: createdAt - BigInt(KEPT_MS) } } });
  });
};
