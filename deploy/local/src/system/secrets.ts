import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What must stay the same from start to start, or stored data could no longer be read and the demo channel would be another. */
export interface Secrets {
  readonly appId: string;
  readonly appSecret: string;
  /** Signs the tokens of services among themselves. */
  readonly serviceToken: string;
  /** Signs the addresses of media. */
  readonly mediaUrl: string;
  /** Signs the OAuth state. */
  readonly oauthState: string;
  /** 32 bytes in base64. Encrypts TikTok's tokens at rest. */
  readonly tokenEncryptionKey: string;
  /** Of the simulator: the same ids for the same names. */
  readonly simulatorSeed: string;
}

/** Those of this state folder, made by the first start that needed them; without a folder new ones. */
export const openSecrets = async (stateFolder: string | undefined): Promise<Secrets> => {
  const file = stateFolder === undefined ? null : join(stateFolder, 'secrets.json');
  const known = file && (await readFile(file, 'utf8').catch(() => null));
  const made = { ...createSecrets(), ...(known ? (JSON.parse(known) as Partial<Secrets>) : {}) };
  if (file && stateFolder) {
    await mkdir(stateFolder, { recursive: true });
    await writeFile(file, JSON.stringify(made, null, 2), { mode: 0o600 });
  }

  return made;
};

const createSecrets = (): Secrets => ({
  appId: `7${Array.from(randomBytes(18), (byte) => byte % 10).join('')}`,
  appSecret: randomBytes(20).toString('hex'),
  serviceToken: randomBytes(32).toString('base64url'),
  mediaUrl: randomBytes(32).toString('base64url'),
  oauthState: randomBytes(32).toString('base64url'),
  tokenEncryptionKey: randomBytes(32).toString('base64'),
  simulatorSeed: randomBytes(8).toString('hex'),
});
