import type { LogFields, Logger } from '@tiktok-channel/platform/kernel';
import { readSettings } from './config.ts';
import { createSimulator } from './simulator.ts';

/** One JSON object a line on standard output. */
const write = (level: string, event: string, fields: LogFields & { readonly error?: unknown } = {}): void => {
  const { error, ...rest } = fields;
  const failure = error === undefined ? {} : { error: error instanceof Error ? error.stack : String(error) };
  process.stdout.write(`${JSON.stringify({ level, service: 'tiktok-simulator', event, ...rest, ...failure })}\n`);
};
const logger: Logger = {
  debug: () => {},
  info: (event, fields) => write('info', event, fields),
  warn: (event, fields) => write('warn', event, fields),
  error: (event, fields) => write('error', event, fields),
};

const simulator = await createSimulator({ ...readSettings(process.env), logger });
logger.info('service.ready', { port: simulator.port, url: simulator.url });

const stop = async () => {
  await simulator.stop();
  logger.info('service.stopped');
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
