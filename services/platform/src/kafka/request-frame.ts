interface FramedRequest {
  readonly correlationId: number;
  readonly clientId: string;
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly encode: () => Promise<{ readonly buffer: Buffer }>;
  };
}

/** Length, API, version and correlation id, and the length of the client id. */
const FIXED_BYTES = 14;
const LENGTH_BYTES = 4;

/** Any request with its head, copied once; kafkajs clears and copies two buffers of the next power of two. */
export const frameRequest = async ({ correlationId, clientId, request }: FramedRequest) => {
  const { buffer: payload } = await request.encode();
  const size = FIXED_BYTES + Buffer.byteLength(clientId) + payload.length;
  const buffer = Buffer.allocUnsafe(size);
  let at = buffer.writeInt32BE(size - LENGTH_BYTES, 0);
  at = buffer.writeInt16BE(request.apiKey, at);
  at = buffer.writeInt16BE(request.apiVersion, at);
  at = buffer.writeInt32BE(correlationId, at);
  at = buffer.writeInt16BE(Buffer.byteLength(clientId), at);
  at += buffer.write(clientId, at);
  buffer.set(payload, at);
  return { buffer };
};
