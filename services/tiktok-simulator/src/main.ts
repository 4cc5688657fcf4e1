import { createLifecycle, type Part, runService } from '@tiktok-channel/platform/lifecycle';
import { createLogger } from '@tiktok-channel/platform/telemetry';
import { createSimulator, type Simulator } from './compose.ts';
import { readOptions } from './config.ts';

const logger = createLogger({ service: 'tiktok-simulator' });
let simulator: Simulator | undefined;

const part: Part = {
  name: 'simulator',
  start: async () => {
    simulator = await createSimulator({ ...readOptions(process.env), logger });
    logger.info('service.ready', { port: simulator.port });
  },
  stop: () => simulator?.stop(),
};

await runService(createLifecycle({ parts: [part], logger, stopWithinMs: 3_000 }), logger);
