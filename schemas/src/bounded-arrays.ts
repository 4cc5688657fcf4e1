import avsc from 'avsc';

interface Tap {
  readonly buf: Buffer;
  readonly pos: number;
  readLong(): number;
  skipString(): void;
}

interface ItemType {
  _read(tap: Tap): unknown;
  _skip(tap: Tap): void;
}

interface ArrayReader {
  readonly itemsType: ItemType;
}

interface MapReader {
  readonly valuesType: ItemType;
}

/**
 * avsc fills an array to the length that the bytes claim, also when they have ended long before: a record of a few bytes
 * would take gigabytes and end the process at every start. What a newer writer added and this reader skips is no better:
 * skipping goes on for as many items, and for ever where a block claims to end before it begins. Each item of our arrays
 * takes a byte at least. Replaced for all of avsc's arrays, since it freezes each type and has no setting for it (5.7.9);
 * maps, of which the contract has none, can only be skipped.
 */
export const boundArrays = (): void => {
  Object.assign(avsc.types.ArrayType.prototype, { _read: readBounded, _skip: skipBounded });
  Object.assign(avsc.types.MapType.prototype, { _skip: skipBoundedMap });
};

function readBounded(this: ArrayReader, tap: Tap): readonly unknown[] {
  const items: unknown[] = [];
  eachItem(tap, () => items.push(this.itemsType._read(tap)));
  return items;
}

function skipBounded(this: ArrayReader, tap: Tap): void {
  eachItem(tap, () => this.itemsType._skip(tap));
}

function skipBoundedMap(this: MapReader, tap: Tap): void {
  eachItem(tap, () => {
    tap.skipString();
    this.valuesType._skip(tap);
  });
}

const eachItem = (tap: Tap, visit: () => void): void => {
  for (let count = tap.readLong(); count !== 0; count = tap.readLong()) {
    // Behind a negative count stands the size of its block.
    if (count < 0) tap.readLong();
    const claimed = Math.abs(count);
    if (claimed > tap.buf.length - tap.pos) throw new RangeError('a list claims more items than there are bytes');
    for (let read = 0; read < claimed; read += 1) visit();
  }
};
