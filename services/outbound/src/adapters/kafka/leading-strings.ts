/** In front of a value in the Confluent wire format: a zero byte and the id of its schema. */
const WIRE_PREFIX_BYTES = 5;

/**
 * The strings with which a record in Avro begins, whatever follows them; null when they are not there. Avro writes a string as its
 * length, a zigzag number of seven bits per byte, and its bytes in UTF-8.
 */
export const leadingStrings = (bytes: Buffer, count: number): readonly string[] | null => {
  const strings: string[] = [];
  let at = WIRE_PREFIX_BYTES;
  while (strings.length < count) {
    const prefix = readLength(bytes, at);
    if (prefix === null || prefix.endsAt + prefix.length > bytes.length) return null;
    at = prefix.endsAt + prefix.length;
    strings.push(bytes.toString('utf8', prefix.endsAt, at));
  }
  return bytes[0] === 0 ? strings : null;
};

const readLength = (bytes: Buffer, from: number): { readonly length: number; readonly endsAt: number } | null => {
  let zigzag = 0;
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes.readUInt8(at);
    zigzag += (byte & 0x7f) * 2 ** (7 * (at - from));
    if (byte < 0x80) return zigzag % 2 === 0 ? { length: zigzag / 2, endsAt: at + 1 } : null;
  }
  return null;
};
