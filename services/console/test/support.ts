import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { createRecordingLogger } from '@tiktok-channel/platform/testing';
import type { Pace } from '../src/adapters/http/replicas.ts';
import { composeConsole, readConsoleSettings } from '../src/compose.ts';
import { UPSTREAMS, type Upstream } from '../src/domain/routes.ts';

export interface Seen {
  readonly upstream: Upstream;
  readonly request: IncomingMessage;
  readonly body: Buffer;
}

/** A service behind the proxy; answers as it is told, and notes what it saw. Its readiness is told on the same port. */
export const startUpstream = async (upstream: Upstream, seen: Seen[]) => {
  let listener: RequestListener | null = null;
  let health: number | 'silent' = 200;
  const server: Server = createServer(async (request, response) => {
    if (request.url === '/health/ready') {
      if (health !== 'silent') response.writeHead(health).end();
      return;
    }
    if (listener !== null) {
      listener(request, response);
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    seen.push({ upstream, request, body: Buffer.concat(chunks) });
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ upstream, url: request.url }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    /** What of it was seen alone. */
    served: () => seen.filter(({ request }) => request.socket.localPort === port),
    answerBy: (next: RequestListener | null) => {
      listener = next;
    },
    answerHealthBy: (next: number | 'silent') => {
      health = next;
    },
    start: () => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve)),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** What a build would have written. */
const writePage = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'console-page-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><div id="root"></div>');
  await writeFile(join(folder, 'assets', 'page-abc.js'), 'let a;');
  await writeFile(join(folder, 'assets', 'page-abc.js.br'), brotliCompressSync('let a;'));
  return folder;
};

export const startConsole = async (environment: Record<string, string> = {}, silenceMs = 5_000, pace?: Pace) => {
  const seen: Seen[] = [];
  const services = {
    ingress: await startUpstream('ingress', seen),
    history: await startUpstream('history', seen),
    auth: await startUpstream('auth', seen),
    conversation: await startUpstream('conversation', seen),
    projector: await startUpstream('projector', seen),
    outbound: await startUpstream('outbound', seen),
  };
  const logger = createRecordingLogger();
  const settings = readConsoleSettings({
    HOST: '127.0.0.1',
    PORT: '0',
    INTERNAL_PORT: '0',
    ...Object.fromEntries(UPSTREAMS.map((name) => [`${name.toUpperCase()}_URL`, services[name].url])),
    ...environment,
  });
  const pageFolder = await writePage();
  const { lifecycle, addresses } = composeConsole({ settings, logger, silenceMs, pageFolder, ...(pace && { pace }) });
  await lifecycle.start();
  return {
    url: addresses().public,
    internalUrl: addresses().internal,
    seen,
    services,
    logger,
    stop: async () => {
      await lifecycle.stop();
      await rm(pageFolder, { recursive: true, force: true });
      await Promise.all(Object.values(services).map((service) => service.stop()));
    },
  };
};

export type StartedConsole = Awaited<ReturnType<typeof startConsole>>;
