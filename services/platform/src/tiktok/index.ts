export { createTikTokApi, inTurn, type TikTokAnswer, type TikTokApi } from './client.ts';
export { tiktokCodes } from './codes.ts';
export { parseJson } from './parse-json.ts';
