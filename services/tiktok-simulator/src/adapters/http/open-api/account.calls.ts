import { ok, refuse } from '@tiktok-channel/platform/kernel';
import { z } from 'zod';
import type { TikTok } from '../../../application/tiktok.ts';
import { invalidParam, type Refusal, refusal } from '../../../domain/codes.ts';
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
      schema: z.object({
        business_id: businessIdParam,
        fields: jsonListParam.optional(),
        start_date: dateParam.optional(),
        end_date: dateParam.optional(),
      }),
      scope: null,
      run: ({ params, business, authorization, req }) => {
        const fields = params.fields ?? DEFAULT_PROFILE_FIELDS;
        if (fields.length === 0 || !fields.every(isProfileField)) return refuse(invalidParam('fields'));
        const refused = refuseSpan(params, tiktok.time.now());
        if (refused !== null) return refuse(refused);

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

/** Days of UTC, as in `2026-01-31`. */
const dateParam = z.iso.date();

/** Source: documentation of `business/get/`: a week that ends yesterday unless told otherwise, 60 days back at most. */
const MAX_DAYS_BACK = 60;
const NORMAL_DAYS_BACK = 7;

/** The span is for insights, which the simulator has none of; it must make sense all the same. */
const refuseSpan = (
  { start_date, end_date }: { readonly start_date?: string | undefined; readonly end_date?: string | undefined },
  nowMs: number,
): Refusal | null => {
  const start = start_date ?? dayBefore(nowMs, NORMAL_DAYS_BACK);
  if (start < dayBefore(nowMs, MAX_DAYS_BACK)) return invalidParam('start_date');
  return (end_date ?? dayBefore(nowMs, 1)) < start ? invalidParam('end_date') : null;
};

const DAY_MS = 86_400_000;
const DAY = new Intl.DateTimeFormat('sv-SE', { timeZone: 'UTC', dateStyle: 'short' });

const dayBefore = (nowMs: number, days: number): string => DAY.format(nowMs - days * DAY_MS);

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
