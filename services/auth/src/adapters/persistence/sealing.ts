import type { Secret } from '@tiktok-channel/platform/config';
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose';

/** A key with its id: sealed texts say which one they need. */
export interface SealingKey {
  readonly id: string;
  /** 32 bytes in base64. */
  readonly key: Secret;
}

/** Encrypts what must not be read in the database or a copy of it: JWE, `dir`, A256GCM. */
export interface Sealing {
  seal(value: unknown): Promise<string>;
  /** Throws `SealBroken` when the text was changed or its key is not among the settings. */
  open(sealed: string): Promise<unknown>;
  /** Id of the key that seals. */
  readonly keyId: string;
  /** Id of the key that a text was sealed with; empty when it is no sealed text. */
  keyOf(sealed: string): string;
}

/** What is stored cannot be opened: a key is missing in `TOKEN_ENCRYPTION_KEYS`, or a row was changed. */
export class SealBroken extends Error {
  readonly code = 'seal_broken';
  readonly retryable = false;

  constructor(why: string) {
    super(`a sealed value cannot be opened: ${why}`);
    this.name = 'SealBroken';
  }
}

/** The first key seals; all open, so that they can be rotated. */
export const createSealing = (keys: readonly SealingKey[]): Sealing => {
  const known = new Map(keys.map(({ id, key }) => [id, Buffer.from(key.reveal(), 'base64')]));
  const [first] = keys;
  if (first === undefined) throw new TypeError('sealing needs a key');
  const sealingKey = known.get(first.id) as Buffer;

  return {
    keyId: first.id,
    keyOf: (sealed) => keyIdIn(sealed),
    seal: (value) =>
      new CompactEncrypt(Buffer.from(JSON.stringify(value)))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: first.id })
        .encrypt(sealingKey),
    open: async (sealed) => {
      try {
        const { plaintext } = await compactDecrypt(sealed, ({ kid }) => keyOf(known, kid), {
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
        });
        return JSON.parse(Buffer.from(plaintext).toString());
      } catch (error) {
        if (error instanceof SealBroken) throw error;
        // Whatever else went wrong, its message may quote what was sealed.
        throw new SealBroken('it was changed, or sealed with another key of that id');
      }
    },
  };
};

const keyIdIn = (sealed: string): string => {
  try {
    return decodeProtectedHeader(sealed).kid ?? '';
  } catch {
    // It was never sealed here; whoever opens it is told so.
    return '';
  }
};

const keyOf = (known: ReadonlyMap<string, Buffer>, id: string | undefined): Buffer => {
  const key = known.get(id ?? '');
  if (key === undefined) throw new SealBroken('the key that it names is not in the settings');
  return key;
};
