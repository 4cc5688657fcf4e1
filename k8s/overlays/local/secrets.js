/** Prints the Secrets of the local overlay with values made now. Once for a cluster: what was sealed with others cannot be read. */
import { randomBytes } from 'node:crypto';
import process from 'node:process';

const random = () => randomBytes(24).toString('base64url');
const password = random();
const database = (name) => ({ url: `postgresql://postgres:${password}@postgres:5432/${name}` });

const secrets = {
  postgres: { password },
  'auth-database': database('auth'),
  'conversation-database': database('conversation'),
  'outbound-database': database('outbound'),
  'registry-database': { 'jdbc-url': 'jdbc:postgresql://postgres:5432/registry', username: 'postgres', password },
  'tiktok-app': { id: '7300000000000000001', secret: random() },
  'service-tokens': { secrets: random() },
  'media-urls': { secrets: random() },
  'auth-secrets': { 'state-secrets': random(), 'token-encryption-keys': `local:${randomBytes(32).toString('base64')}` },
};

const items = Object.entries(secrets).map(([name, stringData]) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'tiktok-channel' },
  stringData,
}));
process.stdout.write(`${JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 2)}\n`);
