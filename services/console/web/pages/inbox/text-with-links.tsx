import { piecesOf } from './links.ts';

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
