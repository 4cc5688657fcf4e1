import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedSpan {
  readonly service: string;
  readonly name: string;
  /** A request that was served, as OTLP numbers it, is `SERVER`. */
  readonly kind: number;
  readonly traceId: string;
  /** Traces that its links lead to. */
  readonly linkedTraceIds: readonly string[];
}

export const SERVER = 2;

interface OtlpTraces {
  readonly resourceSpans?: readonly {
    readonly resource: {
      readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
    };
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly name: string;
        readonly kind: number;
        readonly traceId: string;
        readonly links?: readonly { readonly traceId: string }[];
      }[];
    }[];
  }[];
}

/** Receives spans over OTLP (HTTP, JSON), as a collector would. */
export const startSpanSink = async () => {
  const spans: ReceivedSpan[] = [];
  const paths: (string | undefined)[] = [];
  const bodies: string[] = [];
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    bodies.push(body);
    paths.push(request.url);
    if (request.url === '/v1/traces') spans.push(...read(JSON.parse(body)));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: spans as readonly ReceivedSpan[],
    /** Everything that came, as it came. */
    bodies: bodies as readonly string[],
    /** Where each went. */
    paths: paths as readonly (string | undefined)[],
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const read = ({ resourceSpans = [] }: OtlpTraces): readonly ReceivedSpan[] =>
  resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
    return scopeSpans.flatMap(({ spans }) =>
      spans.map(({ name, kind, traceId, links = [] }) => ({
        service,
        name,
        kind,
        traceId,
        linkedTraceIds: links.map((link) => link.traceId),
      })),
    );
  });
