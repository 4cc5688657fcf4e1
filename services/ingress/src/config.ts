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
import { z } from 'zod';

/** TikTok gives up on a delivery after 72 hours. */
const LONGEST_ADMISSION_SECONDS = 72 * 3_600;

const schema = z
  .object({
    ...processSettings.shape,
    ...kafkaEnvironment.shape,
    ...registryEnvironment.shape,
    TIKTOK_APP_SECRET: setting.secrets,
    WEBHOOK_MAX_BODY_BYTES: setting.count.default(1_048_576),
    WEBHOOK_TOLERANCE_SECONDS: setting.seconds.default(300),
    WEBHOOK_ADMIT_STALE_SECONDS: setting.seconds.max(LONGEST_ADMISSION_SECONDS).default(0),
    WEBHOOK_PUBLISH_DEADLINE_MS: setting.milliseconds.min(1).default(5_000),
    WEBHOOK_MAX_BUFFERED_RECORDS: setting.count.default(10_000),
  })
  .refine(refuseClockInProduction, clockInProduction);

export type IngressSettings = z.infer<typeof schema>;

export const readIngressSettings = (environment: Environment): IngressSettings => readSettings(schema, environment);
