/** Addresses that begin as addresses do; what ends a sentence is not a part of one. */
const LINK = /https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]}]/gi;

export interface TextPiece {
  readonly key: string;
  readonly text: string;
  /** Null for what is no address. */
  readonly href: string | null;
}

/** A text as pieces that give it when joined. */
export const piecesOf = (text: string): readonly TextPiece[] => {
  const pieces: TextPiece[] = [];
  let at = 0;
  const add = (end: number, href: string | null): void => {
    if (end > at) pieces.push({ key: `${at}`, text: text.slice(at, end), href });
    at = end;
  };
  for (const match of text.matchAll(LINK)) {
    add(match.index, null);
    add(match.index + match[0].length, URL.canParse(match[0]) ? match[0] : null);
  }
  add(text.length, null);
  return pieces;
};
