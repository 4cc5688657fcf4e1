const segment = encodeURIComponent;

/** Addresses of this page, so that one part leads to another. */
export const PATHS = {
  deadLetters: '/operations/dead-letters',
} as const;

export const deadLetterPath = (service: string, id: string): string => `${PATHS.deadLetters}/${service}/${segment(id)}`;
