import { HttpClientError } from '@tiktok-channel/platform/http-client';
import { type TikTokAnswer, type TikTokApi, tiktokCodes } from '@tiktok-channel/platform/tiktok';
import { z } from 'zod';
import type { FoundParticipant, TikTokParticipants } from '../../application/ports.ts';

const PATH = 'business/message/content/list/';
/** The list holds the newest messages, so many at most (fact sheet, section 5). */
const LISTED_AT_MOST = 20;

/** TikTok will not say, however often it is asked. */
const REFUSALS: readonly number[] = [tiktokCodes.noPermission, tiktokCodes.invalidParameter, tiktokCodes.notFound];

const text = z.string().min(1);
const listing = z.object({
  participants: z.array(
    z.object({
      role: z.string().optional(),
      display_name: text.optional().catch(undefined),
      profile_image: z
        .url({ protocol: /^https?$/ })
        .optional()
        .catch(undefined),
      is_follower: z.boolean().optional().catch(undefined),
    }),
  ),
  messages: z.array(z.unknown()).optional(),
});

export const createTikTokParticipants = (api: Pick<TikTokApi, 'get'>): TikTokParticipants => ({
  find: async ({ channelId, conversationId }, accessToken) => {
    try {
      const query = { business_id: channelId, conversation_id: conversationId };
      return foundIn(await api.get(PATH, { query, accessToken }));
    } catch (error) {
      if (error instanceof HttpClientError) return { kind: 'unavailable' };
      throw error;
    }
  },
});

const TOKEN_CODES: readonly number[] = [tiktokCodes.tokenRejected, tiktokCodes.tokenExpired];

const foundIn = ({ code, data }: TikTokAnswer): FoundParticipant => {
  if (TOKEN_CODES.includes(code)) return { kind: 'tokenRejected' };
  if (code !== tiktokCodes.ok) return { kind: REFUSALS.includes(code) ? 'refused' : 'unavailable' };
  const parsed = listing.safeParse(data);
  return parsed.success ? { kind: 'participant', participant: customerIn(parsed.data) } : { kind: 'unavailable' };
};

const customerIn = ({ participants, messages }: z.infer<typeof listing>) => {
  const customer = participants.find(({ role }) => role === 'PERSONAL_ACCOUNT');
  return {
    displayName: customer?.display_name ?? null,
    isFollower: customer?.is_follower ?? null,
    avatar: customer?.profile_image === undefined ? null : avatarOf(customer.profile_image),
    isWhole: messages !== undefined && messages.length < LISTED_AT_MOST,
  };
};

/** The address is signed anew each time; what stands before its query names the picture. */
const avatarOf = (url: string) => {
  const { origin, pathname } = new URL(url);
  return { url, name: `${origin}${pathname}` };
};
