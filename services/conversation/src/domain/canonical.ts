export type Scalar = string | number | boolean;

/** The lesser of two values in the database's order: text by code point (collation "C"), false before true. */
export const lesser = <T extends Scalar>(a: T, b: T): T => {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b) <= 0 ? a : b;
  return a <= b ? a : b;
};

/** Order of text by code point. JavaScript's own order is by UTF-16 unit, which puts U+10000 before U+E000. */
export const compareText = (a: string, b: string): number => {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return codePointRank(left) - codePointRank(right);
  }
  return a.length - b.length;
};

/** Puts surrogates, which stand for U+10000 and above, behind U+E000 to U+FFFF. */
const codePointRank = (unit: number): number => {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
};
