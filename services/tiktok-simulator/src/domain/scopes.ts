/** Scopes of the Business API that a business can be asked for, with what the consent page says. */
export const SCOPES = {
  'user.info.basic': 'Read your profile info (avatar, display name)',
  'user.info.username': 'Read your username',
  'user.info.stats': 'Read your profile engagement statistics',
  'user.info.profile': 'Read your profile details (bio, link, verification)',
  'user.account.type': 'Read your account type',
  'user.insights': 'Read insights about your account',
  'message.list.read': 'Read your direct messages',
  'message.list.send': 'Send direct messages for you',
  'message.list.manage': 'Manage your direct messages',
  'comment.list': 'Read comments on your public videos',
  'comment.list.manage': 'Manage comments on your public videos',
  'video.list': 'Read your public videos',
  'video.insights': 'Read insights about your public videos',
  'video.publish': 'Post content for you',
  'video.upload': 'Share content to your account as a draft',
  'biz.brand.insights': 'Read mentions of your brand',
} as const;

export type Scope = keyof typeof SCOPES;

export const ALL_SCOPES = Object.keys(SCOPES) as readonly Scope[];

/** Which scope uncovers which key of `business/get/`; the keys are all that the endpoint knows here. */
export const PROFILE_FIELDS = {
  display_name: 'user.info.basic',
  profile_image: 'user.info.basic',
  username: 'user.info.username',
  is_business_account: 'user.account.type',
  profile_deep_link: 'user.info.profile',
  bio_description: 'user.info.profile',
  is_verified: 'user.info.profile',
  followers_count: 'user.info.stats',
  following_count: 'user.info.stats',
  total_likes: 'user.info.stats',
  videos_count: 'user.info.stats',
} as const satisfies Record<string, Scope>;

export type ProfileField = keyof typeof PROFILE_FIELDS;

export const isProfileField = (name: string): name is ProfileField => Object.hasOwn(PROFILE_FIELDS, name);

/** Source of the default: documentation of `business/get/`. */
export const DEFAULT_PROFILE_FIELDS: readonly ProfileField[] = ['display_name', 'profile_image'];

/** Comma-separated, as in the authorise URL and the token's `scope`. */
export const splitScopes = (list: string): readonly string[] =>
  list
    .split(',')
    .map((scope) => scope.trim())
    .filter((scope) => scope !== '');
