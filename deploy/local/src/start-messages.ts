import { relative } from 'node:path';
import type { Dependencies } from './dependencies.ts';
import { places } from './places.ts';
import { type ProcessEvent, ProcessNotReady } from './processes/supervised-process.ts';
import { type Addresses, REPLICATED } from './system/addresses.ts';
import type { MovedPort } from './system/placement.ts';

const WAYS: Readonly<Record<Dependencies['way'], string>> = {
  given: 'at the addresses that were set',
  container: 'in containers',
  process: 'as processes of this machine',
};

interface Start {
  readonly way: Dependencies['way'];
  readonly tookMs: number;
  readonly moved: readonly MovedPort[];
}

type Row = readonly [name: string, address: string, note: string];

export const describeReady = (addresses: Addresses, { way, tookMs, moved }: Start): string => {
  const phone = `${addresses.simulator}/phone`;
  const rows: readonly Row[] = [
    ['Console', addresses.console, 'open this in a browser'],
    ['Phone', phone, 'write as the customer, see what comes back'],
    ['Simulator', addresses.simulator, 'plays TikTok: its API, consent page and control API'],
    ...replicaRows(addresses),
    ['Kafka', addresses.kafka, ''],
    ['Schema registry', addresses.schemaRegistry, ''],
    ['PostgreSQL', addresses.postgres, 'databases auth, conversation, outbound'],
  ];
  const table = rows.map(([name, address, note]) => `  ${name.padEnd(16)} ${address.padEnd(46)} ${note}`.trimEnd());
  const customer = `${addresses.simulator}/_control/businesses/${encodeURIComponent(addresses.channel)}/customers/anna/messages`;

  return `
Ready after ${Math.round(tookMs / 1000)} s. Kafka, registry and PostgreSQL run ${WAYS[way]}.

${table.join('\n')}
${moved.map(({ what, wanted, port }) => `\n${wanted} is taken, so ${what} is on ${port}.\n`).join('')}
The account "${addresses.account}" has a connected TikTok channel. What to do next:

  1. Let a customer write to it, on ${phone} or by
     curl -X POST '${customer}' \\
       -H 'content-type: application/json' -d '{"type":"text","text":"Do you have this in blue?"}'
  2. Open ${addresses.console}, sign in as an agent, read the message and answer it.
  3. See the answer on ${phone}

The simulator keeps nothing: restarted, it has forgotten its phones and the accounts that were added.

Logs: ${relative('.', places.logs)}/<name>.log    All addresses: ${relative('.', places.addresses)}
Ctrl-C stops everything; data stays for the next start. npm run reset removes it.
`;
};

const replicaRows = ({ replicas }: Addresses): readonly Row[] =>
  REPLICATED.flatMap((service) =>
    replicas[service].map(({ name, public: address }): Row => [capitalised(name), address, '']),
  );

const capitalised = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

export const describeFailure = (error: unknown): string => {
  const reasons: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) reasons.push(cause.message);

  return `
${reasons.join('\n  because ') || String(error)}

${error instanceof ProcessNotReady ? adviceOn(error) : 'What to do: put right what is named above, and run npm start again.'}
`;
};

/** Old data can be at fault only where something that keeps data did not start. */
const adviceOn = ({ logFile }: ProcessNotReady): string =>
  `What to do: read the reason above (whole log: ${relative('.', logFile)}) and run npm start again. If it comes from old data, npm run reset removes all of it.`;

export const STOPPED = 'Stopped; data is kept.';

const SIMULATOR_IS_BACK =
  'simulator is ready again; it has forgotten phones and added accounts: let the customer write again before you answer';

export const describeRestart = (event: ProcessEvent, logFolder: string): string => {
  switch (event.kind) {
    case 'ended':
      return `${event.name} ended (${event.exit.signal ?? `exit code ${event.exit.code}`}) and is started again in ${event.againInMs} ms; its log: ${relative('.', logFolder)}/${event.name}.log`;
    case 'started':
      return `${event.name} is starting`;
    default:
      return event.name === 'simulator' ? SIMULATOR_IS_BACK : `${event.name} is ready again`;
  }
};
