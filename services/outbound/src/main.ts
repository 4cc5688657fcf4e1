import { describeSettings } from '@tiktok-channel/platform/config';
import { runService } from '@tiktok-channel/platform/lifecycle';
import { createLogger } from '@tiktok-channel/platform/telemetry';
import { composeOutbound } from './compose.ts';
import { readOutboundSettings } from './config.ts';

const logger = createLogger({ service: 'outbound' });
const settings = readOutboundSettings(process.env);
logger.info('service.starting', { ...describeSettings(settings) });

await runService(composeOutbound({ settings, logger }).lifecycle, logger);
