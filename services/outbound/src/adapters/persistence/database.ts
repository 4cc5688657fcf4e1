import { createPrismaAdapter } from '@tiktok-channel/platform/postgres';
import { PrismaClient } from './generated/client.ts';

export type Database = PrismaClient;

export const createDatabase = (url: string): Database => new PrismaClient({ adapter: createPrismaAdapter({ url }) });
