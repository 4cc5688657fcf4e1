import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The calls of TikTok and of auth that the media flow makes, answered as a test says. */
export interface MediaPeers {
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Bytes by TikTok's media id. */
  readonly files: Map<string, Buffer>;
  /** What answers for a media id in place of its bytes. */
  readonly faults: Map<string, (response: ServerResponse) => void>;
  /** Codes that TikTok answers next, instead of an address. */
  readonly nextCodes: number[];
  /** What the content list says of a conversation: `data` by conversation id. */
  readonly contents: Map<string, object>;
  token: string | null;
  readonly calls: {
    readonly path: string;
    readonly headers: IncomingMessage['headers'];
    readonly body: string;
    readonly at: number;
  }[];
  stop(): Promise<void>;
}

export const startMediaPeers = async (): Promise<MediaPeers> => {
  const calls: MediaPeers['calls'] = [];
  const answer = (response: ServerResponse, body: unknown, status = 200) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const path = request.url ?? '';
    calls.push({ path, headers: request.headers, body, at: performance.now() });
    if (path.startsWith('/internal/v1/channels/')) {
      const channel = { status: 'connected', grantedScopes: ['message.list.read'] };
      answer(response, { ...channel, accessToken: peers.token, goodUntil: null });
    } else if (path === '/open_api/v1.3/business/message/media/download/') {
      const code = peers.nextCodes.shift() ?? 0;
      const { media_id } = JSON.parse(body) as { media_id: string };
      const data = code === 0 ? { download_url: `${peers.url}/files/${encodeURIComponent(media_id)}` } : {};
      answer(response, { code, message: 'x', request_id: 'r', data });
    } else if (path.startsWith('/open_api/v1.3/business/message/content/list/')) {
      const conversationId = new URL(path, peers.url).searchParams.get('conversation_id') ?? '';
      const data = peers.contents.get(conversationId);
      answer(response, { code: data === undefined ? 40_007 : 0, message: 'x', request_id: 'r', data: data ?? {} });
    } else if (path.startsWith('/avatars/')) {
      const picture = peers.files.get(new URL(path, peers.url).pathname);
      if (picture === undefined) answer(response, {}, 403);
      else response.end(picture);
    } else if (request.headers['x-user'] !== peers.token) {
      answer(response, {}, 403);
    } else {
      const mediaId = decodeURIComponent(path.slice('/files/'.length));
      const fault = peers.faults.get(mediaId);
      if (fault === undefined) response.end(peers.files.get(mediaId));
      else fault(response);
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const peers: MediaPeers = {
    url,
    environment: { TIKTOK_API_BASE_URL: `${url}/open_api`, AUTH_INTERNAL_URL: url, MEDIA_FETCHES_PER_SECOND: '20' },
    files: new Map(),
    faults: new Map(),
    contents: new Map(),
    nextCodes: [],
    token: 'act.test',
    calls,
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return peers;
};
