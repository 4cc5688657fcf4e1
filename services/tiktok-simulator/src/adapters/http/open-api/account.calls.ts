import { ok, refuse } from '@tiktok-channel/platform/kernel';
import { z } from 'zod';
import type { TikTok } from '../../../application/tiktok.ts';
import { invalidParam, refusal } from '../../../domain/codes.ts';
import type { Business } from '../../../domain/model.ts';
import { DEFAULT_PROFILE_FIELDS, isProfileField, PROFILE_FIELDS, type ProfileField } from '../../../domain/scopes.ts';
import { avatarUrl } from '../addresses.ts';
import { businessCall, businessIdParam, jsonListParam } from './call.ts';
import type { Endpoint } from './endpoint.ts';

export const accountCalls = (tiktok: TikTok): readonly Endpoint[] => [
  {
    method: 'get',
    path: '/business/get/',
    handler: businessCall(tiktok, {
      from: 'query',
      schema: z.object({ business_id: businessIdParam, fields: jsonListParam.optional() }),
      scope: null,
      run: ({ params, business, authorization, req }) => {
        const fields = params.fields ?? DEFAULT_PROFILE_FIELDS;
        if (!fields.every(isProfileField)) return refuse(invalidParam('fields'));

        const closed = fields.find((field) => !authorization.scopes.includes(PROFILE_FIELDS[field]));
        if (closed !== undefined) {
          return refuse(refusal(40001, `No permission: the scope ${PROFILE_FIELDS[closed]} is not granted.`));
        }
        const profile = profileOf(business, avatarUrl(req, business.businessId, tiktok.time.now()));
        return ok(Object.fromEntries(fields.map((field) => [field, profile[field]])));
      },
    }),
  },
];

const profileOf = (
  { username, displayName }: Business,
  profileImage: string,
): Readonly<Record<ProfileField, unknown>> => ({
  display_name: displayName,
  profile_image: profileImage,
  username,
  is_business_account: true,
  profile_deep_link: `https://www.tiktok.com/@${username}`,
  bio_description: `The TikTok account of ${displayName}.`,
  is_verified: false,
  followers_count: 1_200,
  following_count: 12,
  total_likes: 34_000,
  videos_count: 56,
});
