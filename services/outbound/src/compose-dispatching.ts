import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { IdGenerator } from '@tiktok-channel/platform/kernel';
import type { Part } from '@tiktok-channel/platform/lifecycle';
import { replyRulesOf } from '@tiktok-channel/platform/reply-rules';
import { createWatch } from '@tiktok-channel/platform/telemetry';
import { topics } from '@tiktok-channel/schemas';
import { FACTS_GROUP } from './adapters/kafka/consumers.ts';
import { createReadBacklog } from './adapters/persistence/backlog.repository.ts';
import { createFacts } from './adapters/persistence/facts.repository.ts';
import { createFreshness } from './adapters/persistence/freshness.ts';
import { createLanes } from './adapters/persistence/lanes.repository.ts';
import { createReplies } from './adapters/persistence/replies.repository.ts';
import { createRequestRate } from './adapters/persistence/request-rate.ts';
import { createWaitingReplies } from './adapters/persistence/waiting-replies.repository.ts';
import { createAdvanceLane } from './application/advance-lane.ts';
import { createDispatcher, type Dispatcher } from './application/dispatcher.ts';
import { createPrepareMessage } from './application/prepare-message.ts';
import { createWaitTeller } from './application/tell-waiting.ts';
import type { Core } from './compose-core.ts';
import { composeNeighbours } from './compose-neighbours.ts';
import { observeBacklog, traceSend } from './telemetry.ts';

/** A lease outlives whatever an attempt may take. */
const LEASE_IN_ATTEMPTS = 6;

/** Lanes that wait for their turn at TikTok at the same time: what the rate lets through in a quarter of a second. */
const LOOKAHEAD_SECONDS = 0.25;

const LOOK_AT_BACKLOG_MS = 10_000;

const ids: IdGenerator = { next: () => randomUUID() };

/** Takes replies from their lanes to TikTok. */
export const composeDispatching = (
  core: Core,
): {
  readonly dispatcher: Dispatcher;
  readonly parts: readonly Part[];
  readonly onChannelChanged: (channelId: string) => void;
} => {
  const { settings, logger, clock, database, relay, metrics, publish } = core;
  const perSecond = settings.OUTBOUND_REQUESTS_PER_SECOND;
  const rules = replyRulesOf(settings);
  const rate = createRequestRate({ database, clock, pause, share: 'outbound', perSecond });
  const { channels, images, linkedImages, tiktok, gate, parts, forgetChannel } = composeNeighbours(core, rate);
  const stored = { database, clock, publish, onEnqueued: relay.poke };
  const facts = createFacts({ ...stored, windowMs: rules.windowMs });
  const replies = createReplies(stored);
  const lanes = createLanes({ database, clock, ids });
  const freshness = createFreshness({
    database,
    group: FACTS_GROUP,
    topic: topics.messages.name,
    endOffsets: () => core.admin.endOffsets(topics.messages.name),
    pause,
  });
  const preparing = { channels, facts, freshness, images, linkedImages, tiktok, rules, clock };
  const advanceLane = createAdvanceLane({
    lanes,
    replies,
    facts,
    prepareMessage: createPrepareMessage(preparing),
    tiktok,
    channels,
    gate,
    clock,
    random: Math.random,
    pause,
    logger,
    observeAttempt: metrics.observeAttempt,
    traceSend,
    attemptMs: settings.OUTBOUND_ATTEMPT_MS,
  });
  const dispatcher = createDispatcher({
    lanes,
    advanceLane,
    turns: gate,
    clock,
    logger,
    concurrency: settings.OUTBOUND_CONCURRENCY,
    lookahead: Math.max(1, Math.floor(perSecond * LOOKAHEAD_SECONDS)),
    leaseMs: LEASE_IN_ATTEMPTS * settings.OUTBOUND_ATTEMPT_MS,
    pollMs: settings.OUTBOUND_POLL_MS,
    observeClaim: metrics.observeClaim,
  });
  const waitTeller = createWaitTeller({
    waiting: createWaitingReplies(database),
    // Of its own: what is sent shares no round trip with thousands that wait.
    replies: createReplies(stored),
    clock,
    logger,
    pause: (ms, options) => pause(ms, undefined, options),
  });
  const backlogWatch = createWatch({
    name: 'backlog watch',
    look: createReadBacklog({ database, clock }),
    everyMs: LOOK_AT_BACKLOG_MS,
  });
  observeBacklog(clock, backlogWatch.current);
  /** Whether what waits can still be sent is to be known before the channel changes again. */
  const onChannelChanged = (channelId: string): void => {
    forgetChannel(channelId);
    lanes
      .recall(channelId)
      .then(dispatcher.poke, (error: unknown) => logger.warn('lanes.not_recalled', { channelId }, error));
  };
  return { dispatcher, parts: [...parts, dispatcher, waitTeller, backlogWatch], onChannelChanged };
};
