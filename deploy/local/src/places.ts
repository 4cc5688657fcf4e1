import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { REPOSITORY } from './folders.ts';

const folder = fileURLToPath(new URL('.local/', REPOSITORY));

/** What `npm start` keeps in the repository; git ignores it. */
export const places = {
  folder,
  addresses: join(folder, 'addresses.json'),
  lock: join(folder, 'start.lock'),
  logs: join(folder, 'logs'),
  state: join(folder, 'state'),
} as const;
