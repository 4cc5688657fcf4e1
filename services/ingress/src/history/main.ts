import { describeSettings } from '@tiktok-channel/platform/config';
import { runService } from '@tiktok-channel/platform/lifecycle';
import { createLogger } from '@tiktok-channel/platform/telemetry';
import { composeHistory } from '../compose-history.ts';
import { readHistorySettings } from '../config-history.ts';

const logger = createLogger({ service: 'history' });
const settings = readHistorySettings(process.env);
const { lifecycle, addresses } = composeHistory({ settings, logger });

await runService(lifecycle, logger);
const portOf = (url: string): string => new URL(url).port;
logger.info('service.ready', {
  port: portOf(addresses().public),
  internalPort: portOf(addresses().internal),
  ...describeSettings(settings),
});
