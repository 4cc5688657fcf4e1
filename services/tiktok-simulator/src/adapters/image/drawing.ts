import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';

const SIZE = 160;
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const EIGHT_BIT_RGB = [8, 2, 0, 0, 0];

/** A small PNG, the same for the same name: two colours of it, one fading into the other. */
export const drawImage = (name: string): Buffer => {
  const [red1 = 0, green1 = 0, blue1 = 0, red2 = 0, green2 = 0, blue2 = 0] = createHash('sha256').update(name).digest();
  const rows = Buffer.alloc(SIZE * (1 + SIZE * 3));
  for (let y = 0; y < SIZE; y += 1) {
    for (let x = 0; x < SIZE; x += 1) {
      const share = (x + y) / (2 * SIZE);
      const at = y * (1 + SIZE * 3) + 1 + x * 3;
      rows[at] = mix(red1, red2, share);
      rows[at + 1] = mix(green1, green2, share);
      rows[at + 2] = mix(blue1, blue2, share);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIZE, 0);
  header.writeUInt32BE(SIZE, 4);
  header.set(EIGHT_BIT_RGB, 8);
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND')]);
};

const mix = (one: number, other: number, share: number): number => Math.round(one * (1 - share) + other * share);

const chunk = (type: string, data: Uint8Array = Buffer.alloc(0)): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
};
