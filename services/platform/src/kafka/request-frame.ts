interface FramedRequest {
  readonly correlationId: number;
  readonly clientId: string;
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly encode: () => Promise<Payload>;
  };
}

/** `whole` ends with the payload and has room before it. */
interface Payload {
  readonly buffer: Buffer;
  readonly whole?: Buffer;
}

/** Length, API, version and correlation id, and the length of the client id. */
const FIXED_BYTES = 14;
const LENGTH_BYTES = 4;

/**
 * Any request with its head. Where there is room before the payload nothing is copied, else once; kafkajs clears and
 * copies two buffers of the next power of two.
 */
export const frameRequest = async ({ correlationId, clientId, request }: FramedRequest) => {
  const payload = await request.encode();
  const clientIdBytes = Buffer.byteLength(clientId);
  const buffer = withRoom(payload, FIXED_BYTES + clientIdBytes);
  let at = buffer.writeInt32BE(buffer.length - LENGTH_BYTES, 0);
  at = buffer.writeInt16BE(request.apiKey, at);
  at = buffer.writeInt16BE(request.apiVersion, at);
  at = buffer.writeInt32BE(correlationId, at);
  at = buffer.writeInt16BE(clientIdBytes, at);
  buffer.write(clientId, at);
  return { buffer };
};

const withRoom = ({ buffer: payload, whole }: Payload, headBytes: number): Buffer => {
  const start = (whole?.length ?? 0) - payload.length - headBytes;
  if (whole !== undefined && start >= 0) return whole.subarray(start);
  const buffer = Buffer.allocUnsafe(headBytes + payload.length);
  buffer.set(payload, headBytes);
  return buffer;
};
