import type { Admin, TopicPlan } from '@tiktok-channel/platform/kafka';
import type { Check } from '../../application/diagnose.ts';
import { OperatorFailure } from '../../domain/failure.ts';
import { type Finding, failed, fine, unchecked } from '../../domain/finding.ts';
import { type Connection, withAdmin } from './connection.ts';
import { type TopicSettings, topicSpecs } from './topic-admin.ts';

const NEXT = 'see that the brokers run and can be reached from here, or set KAFKA_BROKERS to where they are';

/** The brokers, and every topic of the contract. */
export const kafkaCheck = (connection: Connection, settings: TopicSettings): Check => ({
  name: 'Kafka',
  next: NEXT,
  async look() {
    try {
      return await withAdmin(connection, async (admin) => [
        await clusterFinding(admin),
        ...topicFindings(await admin.planTopics(topicSpecs(settings))),
      ]);
    } catch (error) {
      if (!(error instanceof OperatorFailure)) throw error;
      return [failed('Kafka', error.message, error.next), unchecked('topics', 'Kafka does not answer')];
    }
  },
});

const clusterFinding = async (admin: Admin): Promise<Finding> => {
  const { brokers, controller } = await admin.describeCluster();
  if (controller === null) {
    return failed('Kafka', `${brokers} brokers and no controller`, 'wait for the election, and look at their logs');
  }
  return fine('Kafka', `${brokers} ${brokers === 1 ? 'broker' : 'brokers'}, controller ${controller}`);
};

const topicFindings = (plans: readonly TopicPlan[]): readonly Finding[] => {
  const wrong = plans.filter(({ kind }) => kind !== 'keep').map(wrongTopic);
  const right = plans.length - wrong.length;
  return right === 0 ? wrong : [fine('topics', `${right} of ${plans.length} are as the contract has them`), ...wrong];
};

const wrongTopic = (plan: TopicPlan): Finding => {
  const name = `topic ${plan.spec.topic}`;
  switch (plan.kind) {
    case 'create':
      return failed(name, 'is not there', 'create it with `tiktok-channel topics ensure`');
    case 'refuse':
      return failed(
        name,
        `has ${plan.partitions} partitions instead of ${plan.spec.partitions}`,
        'order depends on that number: create the topic anew while it is empty, or move to a v2 topic',
      );
    case 'change': {
      const changes = plan.changes.map(({ name, from, to }) => `${name} is ${from ?? 'unknown'} instead of ${to}`);
      return failed(name, changes.join(', '), 'put it right with `tiktok-channel topics ensure`');
    }
    default:
      return fine(name, 'is as the contract has it');
  }
};
