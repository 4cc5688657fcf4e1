import { relative } from 'node:path';
import type { Dependencies } from './dependencies.ts';
import { places } from './places.ts';
import type { ProcessEvent } from './processes/supervised-process.ts';
import type { Addresses } from './system/addresses.ts';

const WAYS: Readonly<Record<Dependencies['way'], string>> = {
  given: 'at the addresses that were set',
  container: 'in containers',
  process: 'as processes of this machine',
};

export const describeReady = (
  addresses: Addresses,
  { way, tookMs }: { way: Dependencies['way']; tookMs: number },
): string => {
  const rows = [
    ['Console', addresses.console, 'open this in a browser'],
    ['Simulator', addresses.simulator, 'plays TikTok: its control API, consent page and phone'],
    ['Ingress', addresses.ingress, ''],
    ['Auth', addresses.auth, ''],
    ['Conversation', addresses.conversation, ''],
    ['Outbound', addresses.outbound, ''],
    ['Kafka', addresses.kafka, ''],
    ['Schema registry', addresses.schemaRegistry, ''],
    ['PostgreSQL', addresses.postgres, 'databases auth, conversation, outbound'],
  ] as const;
  const table = rows.map(([name, address, note]) => `  ${name.padEnd(16)} ${address.padEnd(46)} ${note}`.trimEnd());
  const customer = `${addresses.simulator}/_control/businesses/${encodeURIComponent(addresses.channel)}/customers/anna/messages`;

  return `
Ready after ${Math.round(tookMs / 1000)} s. Kafka, registry and PostgreSQL run ${WAYS[way]}.

${table.join('\n')}

The account "${addresses.account}" has a connected TikTok channel. What to do next:

  1. Open ${addresses.console}
  2. Let a customer write to it:
     curl -X POST '${customer}' \\
       -H 'content-type: application/json' -d '{"type":"text","text":"Do you have this in blue?"}'
  3. Answer in the console.

Logs: ${relative('.', places.logs)}/<service>.log    All addresses: ${relative('.', places.addresses)}
Ctrl-C stops everything; data stays for the next start. npm run reset removes it.
`;
};

export const describeFailure = (error: unknown, log: string): string => {
  const reasons: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) reasons.push(cause.message);

  return `
${reasons.join('\n  because ') || String(error)}

What to do: read the reason above (whole logs: ${relative('.', log)}) and run npm start again. If it comes from old data, npm run reset removes all of it.
`;
};

export const describeRestart = (event: ProcessEvent, logFolder: string): string => {
  switch (event.kind) {
    case 'ended':
      return `${event.name} ended (${event.exit.signal ?? `exit code ${event.exit.code}`}) and is started again in ${event.againInMs} ms; its log: ${relative('.', logFolder)}/${event.name}.log`;
    case 'started':
      return `${event.name} is starting`;
    default:
      return `${event.name} is ready again`;
  }
};
