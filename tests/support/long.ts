/** The count of a test that has a short form in `npm test` and a long one in `npm run test:long`. */
export const scaled = (short: number, long: number): number => (process.env.TEST_LONG === '1' ? long : short);
