/** Longer runs are no words that anybody types. */
const LONGEST_WORD = 64;
const MOST_WORDS = 1_000;

/**
 * Splits by dictionary where a script has no spaces (Thai, Chinese, Japanese, Khmer), which no configuration of PostgreSQL's
 * full text does.
 */
const segmenter = new Intl.Segmenter('en', { granularity: 'word' });

/** The words of a text to find it by: folded in case and width, each once. Nothing in them needs quotes. */
export const wordsOf = (text: string): readonly string[] => {
  const words = new Set<string>();
  for (const { segment, isWordLike } of segmenter.segment(text.normalize('NFKC').toLowerCase())) {
    if (!isWordLike) continue;
    // `mia.shopper` is one word to Unicode, and two to whoever looks for it.
    for (const word of segment.split(/[^\p{L}\p{N}\p{M}]+/u)) {
      if (word !== '' && word.length <= LONGEST_WORD && words.size < MOST_WORDS) words.add(word);
    }
  }
  return [...words];
};

/** As PostgreSQL's `tsquery`: every word, the last one also as the beginning of a longer one. Null when there is no word. */
export const searchQueryOf = (text: string): string | null => {
  const words = wordsOf(text);
  return words.length === 0 ? null : `${words.map((word) => `'${word}'`).join(' & ')}:*`;
};
