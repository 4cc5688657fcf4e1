import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { REPOSITORY } from '../folders.ts';
import { baseEnvironment } from '../processes/environment.ts';
import type { Command } from '../processes/guarded-process.ts';
import type { ProcessName } from './addresses.ts';
import type { Replica } from './placement.ts';
import type { Environment } from './settings.ts';

/** Which part of the caller's environment reaches the processes: where telemetry goes, and how much is logged. */
const PASSED_ON = /^(?:OTEL_.+|LOG_LEVEL)$/;

/** How a process of the product is run: its sources, on the Node that runs this. */
export const commandOf = ({ name, service }: Replica, settings: Environment, logFolder: string): Command => {
  const sources = service === 'simulator' ? 'tiktok-simulator' : service;
  const folder = fileURLToPath(new URL(`services/${sources}/`, REPOSITORY));
  const passedOn = Object.entries(process.env).filter(([variable]) => PASSED_ON.test(variable)) as [string, string][];

  return {
    file: process.execPath,
    args: ['--disable-warning=TimeoutNegativeWarning', ...telemetryOf(service), join(folder, 'src', 'main.ts')],
    env: { ...baseEnvironment(), OTEL_SERVICE_NAME: service, ...Object.fromEntries(passedOn), ...settings },
    cwd: folder,
    logFile: join(logFolder, `${name}.log`),
    stopSignal: 'SIGTERM',
  };
};

/** Before the first import of the application, or the instrumentations silently do nothing. */
const telemetryOf = (name: ProcessName): readonly string[] =>
  name === 'simulator' ? [] : ['--import', import.meta.resolve('@tiktok-channel/platform/telemetry/register')];
