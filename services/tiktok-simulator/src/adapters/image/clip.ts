/** A film of no pictures: the smallest MP4 that says what it is and how long it takes. Enough to be stored and passed on. */
export const makeClip = (): Buffer =>
  Buffer.concat([
    box('ftyp', Buffer.concat([Buffer.from('isom'), Buffer.from([0, 0, 2, 0]), Buffer.from('isomiso2mp41')])),
    box('moov', box('mvhd', movieHeader())),
    box('mdat', Buffer.alloc(0)),
  ]);

const TICKS_PER_SECOND = 1_000;
const SECONDS = 5;

/** Version 0 of ISO 14496-12, section 8.2.2. */
const movieHeader = (): Buffer => {
  const header = Buffer.alloc(100);
  header.writeUInt32BE(TICKS_PER_SECOND, 12);
  header.writeUInt32BE(SECONDS * TICKS_PER_SECOND, 16);
  header.writeUInt32BE(0x0001_0000, 20);
  header.writeUInt16BE(0x0100, 24);
  // The unit matrix.
  header.writeUInt32BE(0x0001_0000, 36);
  header.writeUInt32BE(0x0001_0000, 52);
  header.writeUInt32BE(0x4000_0000, 68);
  header.writeUInt32BE(1, 96);
  return header;
};

const box = (type: string, body: Uint8Array): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
};
