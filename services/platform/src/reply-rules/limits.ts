/** What TikTok takes (fact sheet, sections 6.1 and 7). */
export const CONTENT_LIMITS = {
  /** "6000 characters, spaces and emoji included", counted as code points: where TikTok counts more it refuses itself. */
  textCharacters: 6_000,
  /** 3 MB; sources do not say whether of 1000 or of 1024, and the larger reading leaves the refusal to TikTok. */
  imageBytes: 3 * 1_024 * 1_024,
  attachments: 1,
} as const;

/** Media types of the images that TikTok takes. */
export const IMAGE_TYPES = ['image/jpeg', 'image/png'] as const;

export const isSendableImageType = (mediaType: string): boolean => IMAGE_TYPES.some((type) => type === mediaType);

/** Of a template (fact sheet, section 7). Characters are counted as those of a text are: code points. */
export const CARD_LIMITS = {
  titleCharacters: 40,
  buttons: 3,
  buttonIdCharacters: 40,
  buttonTitleCharacters: { QA_BUTTON_CARD: 20, QA_LINK_CARD: 40 },
} as const;
