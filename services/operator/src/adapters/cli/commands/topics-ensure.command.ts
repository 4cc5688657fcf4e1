import { Command } from 'commander';
import { replicaRemark, type TopicPlan } from '../../../domain/topic-plan.ts';
import { wholeNumber } from '../arguments.ts';
import { type CommandFunction, FAILED, OK } from '../command.ts';
import { type Terminal, table } from '../terminal.ts';

export interface EnsureTopicsOptions {
  readonly dryRun: boolean;
  readonly replicationFactor?: number | undefined;
}

/** `topics ensure`: creates the contract's topics and puts their settings right. */
export const topicsEnsureCommand = (
  terminal: Terminal,
  run: CommandFunction,
  ensureTopics: (options: EnsureTopicsOptions) => Promise<readonly TopicPlan[]>,
): Command =>
  new Command('ensure')
    .description('create every topic of the contract, and put the settings of those that exist right')
    .option('--dry-run', 'say what would be done, and change nothing', false)
    .option('--replication-factor <n>', 'replicas of topics that are created', wholeNumber)
    .option('--json', 'print JSON', false)
    .action(({ dryRun, replicationFactor, json }) =>
      run(async () => {
        const plans = await ensureTopics({ dryRun, replicationFactor });
        await terminal.print(json ? JSON.stringify(plans.map(jsonOf), null, 2) : asTable(terminal, plans, dryRun));
        return plans.some(({ kind }) => kind === 'refuse') ? FAILED : OK;
      }),
    );

const jsonOf = (plan: TopicPlan): object => ({
  topic: plan.spec.topic,
  outcome: plan.kind,
  partitions: plan.kind === 'create' ? plan.spec.partitions : plan.partitions,
  wantedPartitions: plan.spec.partitions,
  changes: plan.kind === 'change' ? plan.changes : [],
  remark: replicaRemark(plan),
});

const asTable = ({ style }: Terminal, plans: readonly TopicPlan[], dryRun: boolean): string => {
  const isRefused = plans.some(({ kind }) => kind === 'refuse');
  // One topic that nothing can put right stops the others too.
  const isUndone = dryRun || isRefused;
  const rows = plans.map((plan) => [plan.spec.topic, outcomeOf(plan, isUndone, style), ...remarks(plan)]);
  return [table(rows), ...(isRefused ? ['', style('red', REFUSAL)] : [])].join('\n');
};

const REFUSAL =
  'Nothing was changed: a topic has another number of partitions. Which partition a conversation is in follows from that\n' +
  'number, so changing it would break the order of every conversation. What to do: create the topic anew while it is empty,\n' +
  'or look at whether KAFKA_TOPIC_PREFIX leads to the topics of another installation.';

const outcomeOf = (plan: TopicPlan, isUndone: boolean, style: Terminal['style']): string => {
  switch (plan.kind) {
    case 'create':
      return style('green', isUndone ? 'would be created' : 'created');
    case 'change':
      return style('yellow', isUndone ? 'would be changed' : 'changed');
    case 'refuse':
      return style('red', `has ${plan.partitions} partitions instead of ${plan.spec.partitions}`);
    default:
      return style('dim', 'as it should be');
  }
};

const remarks = (plan: TopicPlan): readonly string[] => {
  const changes = plan.kind === 'change' ? plan.changes : [];
  const remark = replicaRemark(plan);
  const said = changes.map(({ name, from, to }) => `${name}: ${from ?? 'unknown'} -> ${to}`);
  return [[...said, ...(remark === null ? [] : [remark])].join(', ')];
};
