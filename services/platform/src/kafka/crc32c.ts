/** CRC-32C (Castagnoli), reflected: what Kafka checks each batch with. Node has the other CRC-32 only. */
const POLYNOMIAL = 0x82f63b78;

/** Bytes taken at once: a table for each of them. */
const STRIDE = 8;

const createTables = (): Int32Array => {
  const tables = new Int32Array(STRIDE * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[byte] = crc;
  }
  for (let at = 256; at < tables.length; at += 1) {
    const previous = tables[at - 256] ?? 0;
    tables[at] = (previous >>> 8) ^ (tables[previous & 0xff] ?? 0);
  }
  return tables;
};

const TABLES = createTables();

/** Of `data` from `start` to `end`, unsigned. */
export const crc32c = (data: Uint8Array, start: number, end: number): number => {
  let crc = -1;
  let at = start;
  for (const last = end - STRIDE; at <= last; at += STRIDE) {
    const word =
      crc ^ (byte(data, at) | (byte(data, at + 1) << 8) | (byte(data, at + 2) << 16) | (byte(data, at + 3) << 24));
    crc =
      table(1_792 + (word & 0xff)) ^
      table(1_536 + ((word >>> 8) & 0xff)) ^
      table(1_280 + ((word >>> 16) & 0xff)) ^
      table(1_024 + (word >>> 24)) ^
      table(768 + byte(data, at + 4)) ^
      table(512 + byte(data, at + 5)) ^
      table(256 + byte(data, at + 6)) ^
      table(byte(data, at + 7));
  }
  for (; at < end; at += 1) crc = table((crc ^ byte(data, at)) & 0xff) ^ (crc >>> 8);
  return ~crc >>> 0;
};

/** Within bounds, which is the callers' business. */
const byte = (data: Uint8Array, at: number): number => data[at] as number;

const table = (at: number): number => TABLES[at] as number;
