import { describeSettings } from '@tiktok-channel/platform/config';
import { runService } from '@tiktok-channel/platform/lifecycle';
import { createLogger } from '@tiktok-channel/platform/telemetry';
import { composeConsole } from './compose.ts';
import { readConsoleSettings } from './config.ts';

const logger = createLogger({ service: 'console' });
const settings = readConsoleSettings(process.env);
logger.info('service.starting', { ...describeSettings(settings) });

await runService(composeConsole({ settings, logger }).lifecycle, logger);
