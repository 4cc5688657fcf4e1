import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { dirname } from 'node:path';

export interface RunLock {
  /** The holder before died without releasing it. */
  readonly wasStale: boolean;
  release(): Promise<void>;
}

interface Content {
  readonly port: number;
  readonly token: string;
}

const PROBE_TIMEOUT_MS = 1_000;

/**
 * Takes the lock, or answers null while another process holds it. The holder answers the lock's token on a local port: unlike
 * a process id in a file, that can neither outlive the holder nor be taken for that of a stranger.
 */
export const takeLock = async (file: string): Promise<RunLock | null> => {
  const before = await readContent(file);
  if (before && (await answersToken(before))) return null;

  const token = randomUUID();
  const server = createServer((socket) => socket.on('error', () => undefined).end(token)).unref();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const content: Content = { port: (server.address() as AddressInfo).port, token };
  await mkdir(dirname(file), { recursive: true });
  await rm(file, { force: true });
  try {
    await writeFile(file, JSON.stringify(content), { flag: 'wx' });
  } catch (error) {
    server.close();
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw error;
  }

  return {
    wasStale: before !== null,
    release: async () => {
      server.close();
      await rm(file, { force: true });
    },
  };
};

const readContent = async (file: string): Promise<Content | null> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Content;
  } catch {
    // Absent, or half of it written by a process that died: nobody holds it.
    return null;
  }
};

const answersToken = ({ port, token }: Content): Promise<boolean> =>
  new Promise((resolve) => {
    let answer = '';
    const socket = connect({ host: '127.0.0.1', port });
    socket.setTimeout(PROBE_TIMEOUT_MS, () => socket.destroy());
    socket.on('data', (chunk) => {
      answer += String(chunk);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer === token));
  });
