import { describeSettings } from '@tiktok-channel/platform/config';
import { runService } from '@tiktok-channel/platform/lifecycle';
import { createLogger } from '@tiktok-channel/platform/telemetry';
import { composeIngress } from './compose.ts';
import { readIngressSettings } from './config.ts';

const logger = createLogger({ service: 'ingress' });
const settings = readIngressSettings(process.env);
const { lifecycle, addresses } = composeIngress({ settings, logger });

await runService(lifecycle, logger);
logger.info('service.ready', {
  port: new URL(addresses().public).port,
  internalPort: new URL(addresses().internal).port,
  ...describeSettings(settings),
});
