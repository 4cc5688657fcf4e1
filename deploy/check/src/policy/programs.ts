import { readAuthSettings } from '../../../../services/auth/src/config.ts';
import { readConsoleSettings } from '../../../../services/console/src/config.ts';
import { readConversationSettings } from '../../../../services/conversation/src/config.ts';
import { readIngressSettings } from '../../../../services/ingress/src/config.ts';
import { readHistorySettings } from '../../../../services/ingress/src/config-history.ts';
import { commandSettings, readCommandSettings, readDoctorSettings } from '../../../../services/operator/src/config.ts';
import { readOutboundSettings } from '../../../../services/outbound/src/config.ts';
import { readMigrationSettings } from '../../../../services/platform/src/migrate/config.ts';
import { readOptions } from '../../../../services/tiktok-simulator/src/config.ts';
import type { Container } from './manifest.ts';

export type Environment = Readonly<Record<string, string>>;
/** What a program itself reads its settings with; throws where one is missing or wrong. */
type Reader = (environment: Environment) => object;

/** What `doctor` looks at is what all commands need. */
const readOperatorSettings: Reader = (environment) => {
  const { values, reports } = readDoctorSettings(environment);
  const bad = reports.filter(({ kind }) => kind === 'missing' || kind === 'wrong').map(({ name }) => name);
  if (bad.length > 0) throw new Error(`missing or wrong: ${bad.join(', ')}`);
  return values;
};

const READERS: Readonly<Record<string, Reader>> = {
  'ingress src/main.ts': readIngressSettings,
  'ingress src/history/main.ts': readHistorySettings,
  'auth src/main.ts': readAuthSettings,
  'auth ../platform/src/migrate/main.ts': readMigrationSettings,
  'conversation src/main.ts': readConversationSettings,
  'conversation ../platform/src/migrate/main.ts': readMigrationSettings,
  'outbound src/main.ts': readOutboundSettings,
  'outbound ../platform/src/migrate/main.ts': readMigrationSettings,
  'console src/main.ts': readConsoleSettings,
  'operator src/main.ts': readOperatorSettings,
  'operator src/main.ts topics': (environment) => readCommandSettings(commandSettings.topics, environment),
  'operator src/main.ts schemas': (environment) => readCommandSettings(commandSettings.schemas, environment),
  'tiktok-simulator src/main.ts': readOptions,
};

/** What the image runs when a manifest says nothing else (deploy/Dockerfile). */
const DEFAULT_PROGRAM = 'src/main.ts';

/** The program that a container of ours runs; null for a container of others. */
export const programOf = ({
  image,
  args = [],
}: Container): { readonly name: string; readonly read?: Reader } | null => {
  const [, service] = /(?:^|\/)tiktok-channel\/([\w-]+)(?:[:@]|$)/.exec(image) ?? [];
  if (service === undefined) return null;
  const file = args.findIndex((arg) => arg.endsWith('.ts'));
  const [program = DEFAULT_PROGRAM, command] = file === -1 ? [] : args.slice(file);
  const name = [service, program, ...(command === undefined ? [] : [command])].join(' ');
  const read = READERS[name];
  return read === undefined ? { name } : { name, read };
};
