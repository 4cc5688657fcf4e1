import avsc from 'avsc';

interface Tap {
  readonly buf: Buffer;
  readonly pos: number;
  readLong(): number;
}

interface ArrayReader {
  readonly itemsType: { _read(tap: Tap): unknown };
}

/**
 * avsc fills an array to the length that the bytes claim, also when they have ended long before: a record of a few bytes
 * would take gigabytes and end the process at every start. Each item of our arrays takes a byte at least. Replaced for
 * all of avsc's arrays, since it freezes each type and has no setting for it (5.7.9).
 */
export const boundArrays = (): void => {
  Object.assign(avsc.types.ArrayType.prototype, { _read: readBounded });
};

function readBounded(this: ArrayReader, tap: Tap): readonly unknown[] {
  const items: unknown[] = [];
  for (let count = tap.readLong(); count !== 0; count = tap.readLong()) {
    // Behind a negative count stands the size of its block.
    if (count < 0) tap.readLong();
    const claimed = Math.abs(count);
    if (claimed > tap.buf.length - tap.pos) throw new RangeError('an array claims more items than there are bytes');
    for (let read = 0; read < claimed; read += 1) items.push(this.itemsType._read(tap));
  }
  return items;
}
