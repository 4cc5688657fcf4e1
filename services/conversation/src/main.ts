import { describeSettings } from '@tiktok-channel/platform/config';
import { runService } from '@tiktok-channel/platform/lifecycle';
import { createLogger } from '@tiktok-channel/platform/telemetry';
import { composeConversation } from './compose.ts';
import { readConversationSettings } from './config.ts';

const logger = createLogger({ service: 'conversation' });
const settings = readConversationSettings(process.env);
const { lifecycle, addresses } = composeConversation({ settings, logger });

await runService(lifecycle, logger);
logger.info('service.ready', {
  port: new URL(addresses().public).port,
  internalPort: new URL(addresses().internal).port,
  ...describeSettings(settings),
});
