import { Command } from 'commander';
import { type ConsumerReport, type Outbox, SERVICES, type ServiceName } from '../../../application/operations.ts';
import { askServices, header, type OperationsCommand, serviceName, shownTime, tellFailures } from '../operations.ts';
import { harmless, harmlessJson, type Terminal, table } from '../terminal.ts';

interface Looked {
  readonly service: ServiceName;
  readonly consumers: readonly ConsumerReport[];
  readonly outboxes: readonly Outbox[];
}

interface Options {
  readonly partitions: boolean;
  readonly json: boolean;
}

/** `consumers`: how far everything that reads and everything that waits to be published is. */
export const consumersCommand = ({ terminal, run, withOperations }: OperationsCommand): Command =>
  new Command('consumers')
    .description('how far each consumer is and whether it gets on, and what waits in outboxes')
    .argument('[service]', `${SERVICES.join(', ')}; all of them where it is left out`, serviceName)
    .option('--partitions', 'one line for each partition', false)
    .option('--json', 'print JSON', false)
    .action((service: ServiceName | undefined, { partitions, json }: Options) =>
      run(() =>
        withOperations(async ({ consumers, outboxes }) => {
          const { answers, failures } = await askServices(service, async (name) => ({
            service: name,
            consumers: await consumers(name),
            outboxes: await outboxes(name),
          }));
          await terminal.print(json ? harmlessJson(answers, 2) : report(answers, partitions, terminal));
          return tellFailures(failures, terminal);
        }),
      ),
    );

const report = (looked: readonly Looked[], partitions: boolean, terminal: Terminal): string => {
  const head = header(terminal, ['', 'group', 'topic', 'lag', 'last progress (UTC)', 'state', 'reason']);
  const rows = looked.flatMap(({ consumers }) =>
    (partitions ? consumers.map(lineOfPartition) : linesOfTopics(consumers)).map((line) => rowOf(line, terminal)),
  );
  const waiting = looked.flatMap(({ outboxes }) => outboxes.map((outbox) => outboxRow(outbox, terminal)));
  const parts = [table([head, ...rows])];
  if (waiting.length > 0) {
    const outboxHead = header(terminal, ['', 'outbox', 'waiting', 'oldest since (UTC)', 'set aside']);
    parts.push('', table([outboxHead, ...waiting]));
  }
  return parts.join('\n');
};

interface Line extends Pick<ConsumerReport, 'group' | 'lag' | 'lastProgressAt' | 'state' | 'reason'> {
  readonly place: string;
}

const lineOfPartition = ({ topic, partition, ...rest }: ConsumerReport): Line => ({
  ...rest,
  place: `${topic} ${partition}`,
});

/** The worst of a topic's partitions stands for it. */
const STATES = ['retrying', 'running', 'elsewhere', 'idle'] as const;

const linesOfTopics = (consumers: readonly ConsumerReport[]): readonly Line[] =>
  [...Map.groupBy(consumers, ({ group, topic }) => `${group} ${topic}`).values()].map((partitions) => {
    const [{ group, topic }] = partitions as [ConsumerReport];
    const state = STATES.find((each) => partitions.some((partition) => partition.state === each)) ?? 'idle';
    const lags = partitions.map(({ lag }) => lag);
    return {
      group,
      place: topic,
      lag: lags.includes(null) ? null : lags.reduce<number>((sum, lag) => sum + (lag ?? 0), 0),
      lastProgressAt: latest(partitions.map(({ lastProgressAt }) => lastProgressAt)),
      state,
      reason: partitions.find(({ reason }) => reason !== null)?.reason ?? null,
    };
  });

const latest = (times: readonly (number | null)[]): number | null =>
  times.reduce((newest, time) => (time !== null && (newest === null || time > newest) ? time : newest), null);

const MARKS = {
  idle: ['green', '✔'],
  running: ['cyan', '▸'],
  elsewhere: ['dim', '–'],
  retrying: ['red', '✖'],
} as const;

const rowOf = ({ group, place, lag, lastProgressAt, state, reason }: Line, { style }: Terminal): readonly string[] => {
  const [format, mark] = MARKS[state];
  return [
    style(format, mark),
    harmless(group),
    harmless(place),
    String(lag ?? '?'),
    shownTime(lastProgressAt),
    style(format, state),
    reason === null ? '' : style('red', harmless(reason)),
  ];
};

const outboxRow = ({ name, waiting, oldestAt, setAside }: Outbox, { style }: Terminal): readonly string[] => [
  setAside > 0 ? style('red', '✖') : style(waiting === 0 ? 'green' : 'cyan', waiting === 0 ? '✔' : '▸'),
  harmless(name),
  String(waiting),
  shownTime(oldestAt),
  String(setAside),
];
