/** Regions are ISO 3166-1 alpha-2 codes of the sign-up region, and `EU` for "somewhere in the European Economic Area". */
const EUROPEAN_UNION = 'EU AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE'.split(' ');
const KINGDOM = ['GB', 'UK'];

/** Source: EEA, Switzerland, UK (fact sheet, section 8.2). */
const EUROPE = new Set([...EUROPEAN_UNION, ...KINGDOM, 'IS', 'LI', 'NO', 'CH']);

/** Source: respond.io's list of where images cannot be sent. It names the EU, not the rest of the EEA, nor Switzerland. */
const WITHOUT_IMAGES = new Set([...EUROPEAN_UNION, ...KINGDOM, ...'AU CO IN IR JP NG KP PH RU KR TR UA US'.split(' ')]);

/** Source: Comment-to-Message reaches people in APAC, LATAM and METAP; this is what we take for the rest of the world. */
const OUTSIDE_COMMENT_TO_MESSAGE = new Set([...EUROPE, 'US', 'CA']);

/** EEA, Switzerland and UK: messages from there arrive stripped, and business accounts there have no API. */
export const isEuropean = (region: string): boolean => EUROPE.has(region);

/** Whether the API serves business accounts there; in the US only for developers who signed the USDS addendum. */
export const isServed = (region: string, { usdsSigned }: { readonly usdsSigned: boolean }): boolean =>
  !EUROPE.has(region) && (region !== 'US' || usdsSigned);

/** Both the sender's and the receiver's region must support images. */
export const canExchangeImages = (one: string, other: string): boolean =>
  !WITHOUT_IMAGES.has(one) && !WITHOUT_IMAGES.has(other);

export const isCommenterInReach = (region: string): boolean => !OUTSIDE_COMMENT_TO_MESSAGE.has(region);
