import { randomUUID } from 'node:crypto';
import { createIdentifyFrom } from '@tiktok-channel/platform/identity';
import { createOperatorApi, type OperatorApi } from '@tiktok-channel/platform/operator-api';
import { createBacklogReader } from '@tiktok-channel/platform/postgres';
import { topics } from '@tiktok-channel/schemas';
import { mountReplies } from './adapters/http/replies.routes.ts';
import { createSendCommand } from './adapters/kafka/reply-command.producer.ts';
import { createChannelPauses } from './adapters/persistence/channel-pauses.repository.ts';
import { createReplies } from './adapters/persistence/replies.repository.ts';
import { createReplyRegister } from './adapters/persistence/reply-register.repository.ts';
import { createOperateReplies } from './application/operate-replies.ts';
import { type Consuming, REDRIVEN_GROUPS } from './compose-consumers.ts';
import type { Core } from './compose-core.ts';

export type Operators = Pick<OperatorApi, 'mount' | 'part'>;

/** What every service serves to operators, and replies. `poke` wakes the dispatcher. */
export const composeOperators = (core: Core, { consumers, producer }: Consuming, poke: () => void): Operators => {
  const { database, clock, codec, logger, publish, relay } = core;
  const api = createOperatorApi({
    ...core,
    service: 'outbound',
    identify: createIdentifyFrom(core.settings, core),
    codec: () => codec,
    producer,
    topics: {
      audit: topics.audit.name,
      deadLetters: topics.outboundDeadLetters.name,
      redrive: topics.outboundRedrive.name,
    },
    redrivenGroups: REDRIVEN_GROUPS,
    consumers: () => consumers,
    outboxes: [{ name: 'outbound.outbox', readBacklog: createBacklogReader(database) }],
  });
  const operate = createOperateReplies({
    register: createReplyRegister(database),
    replies: createReplies({ database, clock, publish, onEnqueued: relay.poke }),
    pauses: createChannelPauses({ database, clock }),
    send: createSendCommand({ codec, producer, logger }),
    recordAct: api.recordAct,
    onDue: poke,
    clock,
    ids: { next: randomUUID },
  });
  return {
    part: api.part,
    mount: (app) => {
      api.mount(app);
      mountReplies(app, { operator: api.operator, operate });
    },
  };
};
