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

const schema = processSettings
  .extend(kafkaEnvironment.shape)
  .extend(registryEnvironment.shape)
  .extend(peopleEnvironment.shape)
  .extend({
    DATABASE_URL: setting.text,
    AUTH_INTERNAL_URL: setting.url,
    CONVERSATION_INTERNAL_URL: setting.url,
    SERVICE_TOKEN_SECRETS: setting.secrets,
    TIKTOK_API_BASE_URL: setting.url.default('https://business-api.tiktok.com/open_api'),
    TIKTOK_API_VERSION: setting.text.default('v1.3'),
    /** This service's share of the 10 calls a second that TikTok takes of a basic app. */
    OUTBOUND_REQUESTS_PER_SECOND: setting.count.default(6),
    /** Conversations that one process works on at the same time. */
    OUTBOUND_CONCURRENCY: setting.count.default(64),
    /** How soon a process finds what another has accepted, and times that have come. */
    OUTBOUND_POLL_MS: setting.milliseconds.default(500),
    /** From the start of an attempt to the end of its socket; a lane is leased for six times as long. */
    OUTBOUND_ATTEMPT_MS: setting.milliseconds.default(10_000),
    /** Which reading of TikTok's reply rules is enforced: sources differ (fact sheet, section 11). */
    OUTBOUND_REPLY_RULES: z.enum(['documented', 'strict']).default('documented'),
    /** In place of the preset's numbers. */
    OUTBOUND_RULE_WINDOW_HOURS: setting.count.optional(),
    OUTBOUND_RULE_FIRST_MESSAGE: setting.count.optional(),
    OUTBOUND_RULE_LATER_MESSAGE: setting.count.optional(),
    OUTBOUND_RULE_AFTER_SILENCE: z.coerce.number().int().min(0).optional(),
    /** Hosts from which images may be fetched by their address; `.example.com` stands for all below it. */
    OUTBOUND_IMAGE_HOSTS: z
      .string()
      .default('')
      .transform((hosts) =>
        hosts
          .split(',')
          .map((host) => host.trim().toLowerCase())
          .filter((host) => host !== ''),
      ),
  })
  .refine(refuseClockInProduction, clockInProduction);

export type OutboundSettings = z.infer<typeof schema>;

export const readOutboundSettings = (environment: Environment): OutboundSettings => readSettings(schema, environment);

const HOUR_MS = 3_600_000;

/** The preset, with every number that a setting names in place of its own. */
export const replyRulesOf = (settings: OutboundSettings): ReplyRules => {
  const preset = REPLY_RULE_PRESETS[settings.OUTBOUND_REPLY_RULES];
  const { OUTBOUND_RULE_WINDOW_HOURS: hours } = settings;
  return {
    windowMs: hours === undefined ? preset.windowMs : hours * HOUR_MS,
    afterFirstMessage: settings.OUTBOUND_RULE_FIRST_MESSAGE ?? preset.afterFirstMessage,
    afterLaterMessage: settings.OUTBOUND_RULE_LATER_MESSAGE ?? preset.afterLaterMessage,
    afterSilence: settings.OUTBOUND_RULE_AFTER_SILENCE ?? preset.afterSilence,
  };
};
