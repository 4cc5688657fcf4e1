import { describeSettings } from '@tiktok-channel/platform/config';
import { runService } from '@tiktok-channel/platform/lifecycle';
import { createLogger } from '@tiktok-channel/platform/telemetry';
import { composeAuth } from './compose.ts';
import { readAuthSettings } from './config.ts';

const logger = createLogger({ service: 'auth' });
const settings = readAuthSettings(process.env);
logger.info('service.starting', { ...describeSettings(settings) });

await runService(composeAuth({ settings, logger }).lifecycle, logger);
