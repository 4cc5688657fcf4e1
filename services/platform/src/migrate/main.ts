import { resolve } from 'node:path';
import { migrate } from '../postgres/index.ts';
import { createLogger } from '../telemetry/index.ts';
import { readMigrationSettings } from './config.ts';

/** A command, the deploy step of each service that stores: brings the database at `DATABASE_URL` up to the migrations in the folder that it is given. */
const logger = createLogger({ service: 'migrate' });
const { DATABASE_URL: url } = readMigrationSettings(process.env);
const [, , folder = 'prisma/migrations'] = process.argv;

const applied = await migrate({ url, folder: resolve(folder), logger });
logger.info('database.migrated', { applied });
