/** Regions are ISO 3166-1 alpha-2 codes of the sign-up region, and `EU` for "somewhere in the European Economic Area". */
const EUROPE = new Set(
  'EU AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO CH GB UK'.split(' '),
);

/** Source: respond.io's list of countries where images cannot be sent; Europe comes from the set above. */
const WITHOUT_IMAGES = new Set('AU CO IN IR JP NG KP PH RU KR TR UA US'.split(' '));

/** EEA, Switzerland and UK: messages from there arrive stripped, and business accounts there have no API. */
export const isEuropean = (region: string): boolean => EUROPE.has(region);

/** Both the sender's and the receiver's region must support images. */
export const canExchangeImages = (one: string, other: string): boolean => hasImages(one) && hasImages(other);

const hasImages = (region: string): boolean => !EUROPE.has(region) && !WITHOUT_IMAGES.has(region);
