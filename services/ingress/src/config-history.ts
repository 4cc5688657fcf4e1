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
import { z } from 'zod';

const schema = z
  .object({
    ...processSettings.shape,
    ...kafkaEnvironment.shape,
    ...registryEnvironment.shape,
    ...peopleEnvironment.shape,
    AUTH_INTERNAL_URL: setting.url,
    SERVICE_TOKEN_SECRETS: setting.secrets,
    TIKTOK_API_BASE_URL: setting.url.default('https://business-api.tiktok.com/open_api'),
    TIKTOK_API_VERSION: setting.text.default('v1.3'),
    HISTORY_REQUESTS_PER_SECOND: setting.count.default(1),
  })
  .refine(refuseClockInProduction, clockInProduction);

export type HistorySettings = z.infer<typeof schema>;

export const readHistorySettings = (environment: Environment): HistorySettings => readSettings(schema, environment);
