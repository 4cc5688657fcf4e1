/** Addresses that begin as addresses do; what ends a sentence is not a part of one. */
const LINK = /https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]}]/gi;

type Piece = { readonly key: string; readonly text: string; readonly href: string | null };

/** Text of whomever, as text; addresses in it open in another window, which learns nothing of this one. */
export const TextWithLinks = ({ text }: { readonly text: string }) =>
  piecesOf(text).map(({ key, text: piece, href }) =>
    href === null ? (
      <span key={key}>{piece}</span>
    ) : (
      <a key={key} href={href} target="_blank" rel="noopener noreferrer nofollow">
        {piece}
      </a>
    ),
  );

export const piecesOf = (text: string): readonly Piece[] => {
  const pieces: Piece[] = [];
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
