import { crc32c } from './crc32c.ts';
import { BYTES_PER_UNIT, type Bytes, recordSizeBytes } from './send-queue.ts';

/** What kafkajs hands to a Produce request. */
export interface ProduceArguments {
  readonly acks: number;
  readonly timeout: number;
  readonly compression?: number | undefined;
  readonly transactionalId?: string | null | undefined;
  readonly producerId: { toString(): string };
  readonly producerEpoch: number;
  readonly topicData: readonly TopicData[];
}

interface TopicData {
  readonly topic: string;
  readonly partitions: readonly PartitionData[];
}

interface PartitionData {
  readonly partition: number;
  readonly firstSequence: number;
  readonly messages: readonly ProducedRecord[];
}

export interface ProducedRecord {
  readonly key?: Bytes;
  readonly value: Bytes;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Of the record alone; not offered. */
  readonly timestamp?: string | undefined;
  /** At most so many bytes; counted here when it is not given. */
  readonly sizeBytes?: number | undefined;
}

/** What kafkajs takes for an encoder of its own, and the room before it that `frameRequest` writes the head into. */
export interface EncodedRequest {
  readonly buf: Buffer;
  readonly buffer: Buffer;
  readonly whole: Buffer;
}

/**
 * Version 3 of Kafka's Produce request, which is also the form of versions 4 to 7, written once into one buffer.
 * kafkajs gives every header, record, batch, partition and topic a cleared buffer of its own and copies each into the
 * next: that was two thirds of what sending costs (decision 0020). Compression and times of single records are not
 * offered: nobody here asks for them, and asking throws.
 */
export const produceRequest = (request: ProduceArguments) => ({
  apiKey: 0,
  apiVersion: 3,
  apiName: 'Produce',
  expectResponse: () => request.acks !== 0,
  encode: async (): Promise<EncodedRequest> => {
    const whole = writeProduceRequest(request);
    return { buf: whole, buffer: whole.subarray(HEAD_ROOM_BYTES), whole };
  },
});

/** Enough for the head of a request with a client id of usual length. */
const HEAD_ROOM_BYTES = 256;

const writeProduceRequest = (request: ProduceArguments): Buffer => {
  const { acks, timeout, compression = NO_COMPRESSION, transactionalId, topicData } = request;
  if (compression !== NO_COMPRESSION) throw new TypeError('compression is not offered');
  const buffer = Buffer.allocUnsafe(HEAD_ROOM_BYTES + mostBytes(request));
  let at = writeNullableName(buffer, HEAD_ROOM_BYTES, transactionalId);
  at = buffer.writeInt16BE(acks, at);
  at = buffer.writeInt32BE(timeout, at);
  at = buffer.writeInt32BE(topicData.length, at);
  const batchHead = headOf(request);
  for (const { topic, partitions } of topicData) {
    at = writeName(buffer, at, topic);
    at = buffer.writeInt32BE(partitions.length, at);
    for (const data of partitions) at = writePartition(buffer, at, data, batchHead);
  }
  return buffer.subarray(0, at);
};

const NO_COMPRESSION = 0;

/** The fixed fields around a batch, a topic or all of them. */
const FRAME_BYTES = 128;

/** Never too few: what is written behind the end would be lost without a word. */
const mostBytes = ({ transactionalId, topicData }: ProduceArguments): number => {
  let size = FRAME_BYTES + BYTES_PER_UNIT * (transactionalId?.length ?? 0);
  for (const { topic, partitions } of topicData) {
    size += FRAME_BYTES + BYTES_PER_UNIT * topic.length;
    for (const { messages } of partitions) {
      size += FRAME_BYTES;
      for (const { key, value, headers, sizeBytes } of messages) {
        size += sizeBytes ?? recordSizeBytes(key, value, headers);
      }
    }
  }
  return size;
};

const writeNullableName = (buffer: Buffer, at: number, name: string | null | undefined): number =>
  name === null || name === undefined ? buffer.writeInt16BE(-1, at) : writeName(buffer, at, name);

const writeName = (buffer: Buffer, at: number, name: string): number => {
  const length = buffer.write(name, at + 2);
  return buffer.writeInt16BE(length, at) + length;
};

interface BatchHead {
  readonly attributes: number;
  readonly nowMs: bigint;
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

const TRANSACTIONAL = 16;

const headOf = ({ transactionalId, producerId, producerEpoch }: ProduceArguments): BatchHead => ({
  attributes: transactionalId ? TRANSACTIONAL : 0,
  // biome-ignore lint/style/noRestrictedGlobals: the stamp that kafkajs gives to records as well; nothing is decided by it
  nowMs: BigInt(Date.now()),
  producerId: BigInt(producerId.toString()),
  producerEpoch,
});

/** Places within a batch of format 2 (magic), from its start. */
const LENGTH_AT = 8;
const LEADER_EPOCH_AT = 12;
const CHECKSUM_AT = 17;
const CHECKED_FROM = 21;
const MAGIC = 2;

const writePartition = (
  buffer: Buffer,
  start: number,
  { partition, firstSequence, messages }: PartitionData,
  head: BatchHead,
): number => {
  const sizeAt = buffer.writeInt32BE(partition, start);
  const batch = sizeAt + 4;
  let at = buffer.writeBigInt64BE(0n, batch);
  at = buffer.writeInt32BE(0, batch + LEADER_EPOCH_AT);
  buffer[at] = MAGIC;
  at = buffer.writeInt16BE(head.attributes, batch + CHECKED_FROM);
  at = buffer.writeInt32BE(messages.length - 1, at);
  at = buffer.writeBigInt64BE(head.nowMs, at);
  at = buffer.writeBigInt64BE(head.nowMs, at);
  at = buffer.writeBigInt64BE(head.producerId, at);
  at = buffer.writeInt16BE(head.producerEpoch, at);
  at = buffer.writeInt32BE(firstSequence, at);
  at = buffer.writeInt32BE(messages.length, at);
  let offsetDelta = 0;
  for (const message of messages) {
    at = writeRecord(buffer, at, offsetDelta, message);
    offsetDelta += 1;
  }
  buffer.writeInt32BE(at - batch, sizeAt);
  buffer.writeInt32BE(at - batch - LEADER_EPOCH_AT, batch + LENGTH_AT);
  buffer.writeUInt32BE(crc32c(buffer, batch + CHECKED_FROM, at), batch + CHECKSUM_AT);
  return at;
};

/** The length comes first and is known last: two bytes are kept for it, which is what most records need. */
const USUAL_LENGTH_BYTES = 2;

const writeRecord = (buffer: Buffer, start: number, offsetDelta: number, message: ProducedRecord): number => {
  const { key, value, headers, timestamp } = message;
  if (timestamp !== undefined) throw new TypeError('a time of a single record is not offered');
  const body = start + USUAL_LENGTH_BYTES;
  // No attributes, and no time beyond the batch's.
  buffer[body] = 0;
  buffer[body + 1] = 0;
  let at = writeVarInt(buffer, body + 2, offsetDelta);
  at = writeBytes(buffer, at, key);
  at = writeBytes(buffer, at, value);
  at = writeHeaders(buffer, at, headers);
  const length = at - body;
  const lengthBytes = sizeOfVarInt(length);
  if (lengthBytes !== USUAL_LENGTH_BYTES) buffer.copyWithin(start + lengthBytes, body, at);
  writeVarInt(buffer, start, length);
  return start + lengthBytes + length;
};

const writeBytes = (buffer: Buffer, start: number, bytes: Bytes): number => {
  if (bytes === null || bytes === undefined) return writeVarInt(buffer, start, -1);
  if (typeof bytes === 'string') return writeText(buffer, start, bytes);
  const at = writeVarInt(buffer, start, bytes.length);
  buffer.set(bytes, at);
  return at + bytes.length;
};

const NO_HEADERS: Readonly<Record<string, string>> = {};

const writeHeaders = (buffer: Buffer, start: number, headers = NO_HEADERS): number => {
  const names = Object.keys(headers);
  let at = writeVarInt(buffer, start, names.length);
  for (const name of names) {
    at = writeText(buffer, at, name);
    at = writeText(buffer, at, headers[name] ?? '');
  }
  return at;
};

/** Up to here the length of a text of single bytes takes one byte. */
const SHORT = 63;

const writeText = (buffer: Buffer, start: number, text: string): number => {
  const { length } = text;
  if (length > SHORT) return writeLongText(buffer, start, text);
  // For so short a text a loop is faster than a call out of JavaScript.
  for (let index = 0; index < length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return writeLongText(buffer, start, text);
    buffer[start + 1 + index] = unit;
  }
  buffer[start] = length << 1;
  return start + 1 + length;
};

const writeLongText = (buffer: Buffer, start: number, text: string): number => {
  const at = writeVarInt(buffer, start, Buffer.byteLength(text));
  return at + buffer.write(text, at);
};

/** Numbers of 32 bits, small ones in few bytes whatever their sign. */
const zigZag = (value: number): number => ((value << 1) ^ (value >> 31)) >>> 0;

const sizeOfVarInt = (value: number): number => {
  let rest = zigZag(value);
  let size = 1;
  while (rest > 0x7f) {
    rest >>>= 7;
    size += 1;
  }
  return size;
};

const writeVarInt = (buffer: Buffer, start: number, value: number): number => {
  let rest = zigZag(value);
  let at = start;
  while (rest > 0x7f) {
    buffer[at] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
    at += 1;
  }
  buffer[at] = rest;
  return at + 1;
};
