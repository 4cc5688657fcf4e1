import {
  clockInProduction,
  type Environment,
  kafkaEnvironment,
  processSettings,
  readSettings,
  refuseClockInProduction,
  registryEnvironment,
  setting,
} from '@tiktok-channel/platform/config';
import { peopleEnvironment } from '@tiktok-channel/platform/identity';
import { REPLY_RULE_PRESETS, type ReplyRules } from '@tiktok-channel/platform/reply-rules';
import { z } from 'zod';

const schema = z
  .object({
    ...processSettings.shape,
    ...kafkaEnvironment.shape,
    ...registryEnvironment.shape,
    DATABASE_URL: setting.text,
    AUTH_INTERNAL_URL: setting.url,
    SERVICE_TOKEN_SECRETS: setting.secrets,
    ...peopleEnvironment.shape,
    TIKTOK_API_BASE_URL: setting.url.default('https://business-api.tiktok.com/open_api'),
    TIKTOK_API_VERSION: setting.text.default('v1.3'),
    /** Larger media of messages are not kept. */
    MEDIA_MAX_BYTES: setting.count.default(20 * 1024 * 1024),
    /** This service's part of TikTok's 10 requests a second, for media and customers' names, shared by its replicas. */
    TIKTOK_REQUESTS_PER_SECOND: setting.count.default(2),
    /** Of this replica. */
    MEDIA_FETCHES_PER_SECOND: setting.count.default(2),
    /** After so long a medium that TikTok did not give counts as failed. */
    MEDIA_GIVE_UP_HOURS: setting.count.default(24),
    /** What TikTok shows of a customer is asked for again when somebody speaks after so long. */
    PARTICIPANTS_REFRESH_HOURS: setting.count.default(24),
    MEDIA_LEASE_SECONDS: setting.seconds.default(60),
    /** How often the change log is read while somebody follows it, and nothing says that there is news. */
    EVENTS_POLL_MS: setting.count.default(50),
    /** For how long a reader may be away and still resume without a reset. */
    EVENTS_KEPT_MINUTES: setting.count.default(60),
    EVENTS_HEARTBEAT_SECONDS: setting.seconds.default(15),
    /** Streams of this replica; more are answered 503, so that they turn to another. */
    EVENTS_MAX_STREAMS: setting.count.default(1_000),
    /** As outbound's, whose word counts: what is shown here should be what it enforces. */
    REPLY_RULES: z.enum(['documented', 'strict']).default('documented'),
  })
  .refine(refuseClockInProduction, clockInProduction);

export type ConversationSettings = z.infer<typeof schema>;

export const readConversationSettings = (environment: Environment): ConversationSettings =>
  readSettings(schema, environment);

export const replyRulesOf = ({ REPLY_RULES: preset }: ConversationSettings): ReplyRules => REPLY_RULE_PRESETS[preset];
