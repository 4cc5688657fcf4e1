import { randomUUID } from 'node:crypto';
import type { Consumer, Producer } from '@tiktok-channel/platform/kafka';
import type { Part } from '@tiktok-channel/platform/lifecycle';
import { readPositions } from '@tiktok-channel/platform/postgres';
import { topics } from '@tiktok-channel/schemas';
import { createChannelChanges } from './adapters/kafka/channel-changes.ts';
import {
  COMMANDS_GROUP,
  createCommandBatchHandler,
  createFactBatchHandler,
  FACTS_GROUP,
} from './adapters/kafka/consumers.ts';
import { createMisplacedCounter } from './adapters/kafka/misplaced-commands.ts';
import { createReplyCommandDecoder } from './adapters/kafka/reply-command.codec.ts';
import { createSightingDecoder } from './adapters/kafka/sighting.codec.ts';
import { createFactRecorder } from './adapters/persistence/fact-recorder.ts';
import { createReplies } from './adapters/persistence/replies.repository.ts';
import { createReplyIntake } from './adapters/persistence/reply-intake.repository.ts';
import { createAcceptCommands } from './application/accept-commands.ts';
import type { Core } from './compose-core.ts';

export interface Consuming {
  readonly parts: readonly Part[];
  readonly consumers: readonly Consumer[];
  /** Brings dead letters, and what operators do. */
  readonly producer: Producer;
}

/** Groups that take back what they had given up. */
export const REDRIVEN_GROUPS = [COMMANDS_GROUP, FACTS_GROUP] as const;

/** Commands and facts. `poke` wakes the dispatcher. */
export const composeConsumers = (core: Core, poke: () => void): Consuming => {
  const { clock, database, kafka, admin, codec, relay, logger, metrics, publish, lifecycle } = core;
  const producer = kafka.createProducer();
  const deadLetters = { producer, topic: topics.outboundDeadLetters.name };
  const redriven = { ...deadLetters, redriveTopic: topics.outboundRedrive.name };
  const onFatal = (error: Error) => lifecycle.fail(error);
  const stored = { database, clock, publish, onEnqueued: relay.poke };
  const acceptCommands = createAcceptCommands({
    intake: createReplyIntake(stored),
    replies: createReplies(stored),
    clock,
    logger,
    onAccepted: poke,
    count: metrics.countCommand,
  });

  const countMisplaced = createMisplacedCounter({
    partitions: async () => (await admin.endOffsets(topics.replyCommands.name)).size,
    count: metrics.countMisplaced,
  });
  const commands = kafka.createConsumer({
    group: COMMANDS_GROUP,
    topics: [topics.replyCommands.name],
    decode: createReplyCommandDecoder(codec),
    apply: createCommandBatchHandler(acceptCommands, countMisplaced),
    deadLetters: redriven,
    onFatal,
  });
  const facts = kafka.createConsumer({
    group: FACTS_GROUP,
    topics: [topics.messages.name, topics.statuses.name],
    decode: createSightingDecoder(codec),
    apply: createFactBatchHandler(createFactRecorder({ ...stored, onWoken: poke })),
    positions: { read: (group, partitions) => readPositions(database, group, partitions) },
    deadLetters: redriven,
    onFatal,
  });
  const parts = [
    { name: 'dead-letters', start: producer.start, stop: producer.stop },
    consumerPart('facts', facts),
    consumerPart('commands', commands),
  ];
  return { parts, consumers: [facts, commands], producer };
};

/** Every replica hears of every change, since each remembers tokens. Started before anything asks for one. */
export const composeChannelChanges = (
  { kafka, admin, lifecycle, logger }: Core,
  onChange: (channelId: string) => void,
): Part => ({
  name: 'changes of channels',
  ...createChannelChanges({
    kafka,
    admin,
    topic: topics.channels.name,
    group: `outbound.channels.${randomUUID()}`,
    onChange,
    onFatal: (error) => lifecycle.fail(error),
    logger,
  }),
});

const consumerPart = (name: string, { start, stop, health }: Consumer): Part => ({
  name: `consumer of ${name}`,
  start,
  stop,
  health,
});
