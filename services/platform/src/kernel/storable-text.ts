/**
 * Replaces what PostgreSQL cannot store (U+0000) and what is no text (lone surrogates) by U+FFFD, so that no sender can
 * stop a service with a character.
 */
export const storableText = (text: string): string => {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\uFFFD') : wellFormed;
};
