import { z } from 'zod';
import { type Environment, readSettings, setting } from '../config/index.ts';

const schema = z.object({ DATABASE_URL: setting.text });

export const readMigrationSettings = (environment: Environment): z.infer<typeof schema> =>
  readSettings(schema, environment);
