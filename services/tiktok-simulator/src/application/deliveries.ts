import type { Ids } from '../domain/ids.ts';
import { envelopeOf, type WebhookEvent } from '../domain/webhook-events.ts';
import { createConversationQueue } from './conversation-queue.ts';
import {
  type About,
  type Attempt,
  createDeliveryLog,
  type Delivery,
  type DeliveryLog,
  type DeliveryRecord,
  type DeliveryState,
} from './delivery-log.ts';
import type { DeveloperApp } from './developer-app.ts';
import { createFirstAttempts } from './first-attempts.ts';
import type { WebhookSender } from './ports.ts';
import type { SimulatorTime } from './simulator-time.ts';
import type { SwitchBoard } from './switch-board.ts';

/** Source: "exponential backoff for up to 72 hours, then discarded". No source has the steps; ours are a switch. */
const GIVE_UP_AFTER_MS = 72 * 3_600_000;

/** How many conversations are delivered at a time. */
const CONCURRENCY = 16;

/** Open deliveries beyond this many are discarded at once, so that a receiver that is away fills no memory. */
const MOST_OPEN = 200_000;

export interface DeliveryOptions {
  readonly delayMs?: number;
}

export interface Deliveries {
  /** Delivers the event to the app's callback, now or `delayMs` later; without a subscription nothing happens. */
  add(event: WebhookEvent, options?: DeliveryOptions): void;
  /** Delivers any body. Answers the delivery's id, null without a subscription. */
  addRaw(about: Omit<About, 'atMs'>, body: string): string | null;
  /** Resolves when nothing that tells of this message waits for its first attempt any more. */
  attempted(messageId: string): Promise<void>;
  /** Sends a delivery of the log once more, whatever became of it. */
  repeat(deliveryId: string, times: number): Promise<readonly Attempt[] | null>;
  /** Oldest first: all that are open, and the last that ended. */
  list(): readonly Delivery[];
  counts(): Readonly<Record<DeliveryState | 'attempts', number>>;
  /** How many more may be open. */
  room(): number;
  stop(): void;
}

interface Dependencies {
  readonly app: DeveloperApp;
  readonly ids: Ids;
  readonly time: SimulatorTime;
  readonly switches: SwitchBoard;
  readonly sender: WebhookSender;
}

export const createDeliveries = (dependencies: Dependencies): Deliveries => {
  const { app, ids, time, switches } = dependencies;
  const log = createDeliveryLog();
  const attempt = createAttempt(dependencies, log);
  const firstAttempts = createFirstAttempts();

  const deliver = async (delivery: DeliveryRecord): Promise<void> => {
    const url = app.callbackUrl(delivery.eventType);
    if (url === null) return finish(delivery, 'discarded');

    const copies = Array.from({ length: switches.now().deliveries_duplicated }, () => attempt(delivery, url));
    const answers = await Promise.all(copies);
    delivery.attempts.push(...answers);
    if (answers.every(({ status }) => status === 200)) return acknowledge(delivery);

    firstAttempts.open(delivery.messageId);
    planRetry(delivery);
  };
  const acknowledge = (delivery: DeliveryRecord) => {
    const { deliveries_repeated_after_ms: waitMs } = switches.now();
    finish(delivery, 'delivered');
    if (waitMs === 0 || delivery.wasRepeated) return;
    delivery.wasRepeated = true;
    time.after(waitMs, () => queue.add(queueOf(delivery), delivery));
  };
  const finish = (delivery: DeliveryRecord, state: 'delivered' | 'discarded') => {
    log.end(delivery, state);
    firstAttempts.open(delivery.messageId);
  };
  const planRetry = (delivery: DeliveryRecord) => {
    // A repeat of what was acknowledged is not tried again.
    if (delivery.state === 'delivered') return;
    const waitMs = switches.now().deliveries_first_retry_ms * 2 ** delivery.rounds;
    delivery.rounds += 1;
    if (time.now() + waitMs > delivery.createdAt + GIVE_UP_AFTER_MS) return finish(delivery, 'discarded');

    wait(delivery, waitMs);
  };
  const wait = (delivery: DeliveryRecord, waitMs: number) => {
    if (waitMs > 0) log.move(delivery, 'waiting', time.now() + waitMs);
    time.after(waitMs, () => {
      if (delivery.state === 'waiting') log.move(delivery, 'queued');
      queue.add(queueOf(delivery), delivery);
    });
  };
  const queue = createConversationQueue({ concurrency: CONCURRENCY, work: deliver });
  const begin = (about: About, body: string, delayMs: number): string => {
    const delivery = log.begin(ids.delivery(), about, body);
    if (delivery.messageId !== null) firstAttempts.close(delivery.messageId);
    if (log.open() > MOST_OPEN) finish(delivery, 'discarded');
    else wait(delivery, delayMs + startDelayMs(delivery, dependencies));
    return delivery.deliveryId;
  };

  return {
    add: (event, { delayMs = 0 } = {}) => {
      if (app.callbackUrl(event.eventType) === null) return;
      begin(event, envelopeOf(event, app.appId, { minimal: switches.now().minimal_payload }), delayMs);
    },
    addRaw: (about, body) =>
      app.callbackUrl(about.eventType) === null ? null : begin({ ...about, atMs: time.now() }, body, 0),
    attempted: firstAttempts.wait,
    repeat: async (deliveryId, times) => {
      const delivery = log.find(deliveryId);
      const url = delivery === undefined ? null : app.callbackUrl(delivery.eventType);
      if (delivery === undefined || url === null) return null;
      const answers = await Promise.all(Array.from({ length: times }, () => attempt(delivery, url)));
      delivery.attempts.push(...answers);
      return answers;
    },
    list: log.list,
    counts: log.counts,
    room: () => Math.max(0, MOST_OPEN - log.open()),
    stop: () => {
      queue.stop();
      firstAttempts.stop();
    },
  };
};

const startDelayMs = ({ deliveryId }: DeliveryRecord, { ids, switches }: Dependencies): number => {
  const { deliveries_delayed_ms, deliveries_reordered_ms } = switches.now();
  return deliveries_delayed_ms + Math.floor(ids.chance('reorder', deliveryId) * deliveries_reordered_ms);
};

/** What belongs to no conversation keeps its order among that of its business. */
const queueOf = ({ conversationId, businessId }: DeliveryRecord): string => conversationId ?? businessId;

const createAttempt =
  ({ ids, time, switches, sender }: Dependencies, log: DeliveryLog) =>
  async (delivery: DeliveryRecord, url: string): Promise<Attempt> => {
    const at = time.now();
    const { deliveries_stale_ms, deliveries_signature: signature, deliveries_timeout_ms: timeoutMs } = switches.now();
    const stampSeconds = Math.floor((at - deliveries_stale_ms) / 1000);
    delivery.begun += 1;
    const logId = ids.log(delivery.deliveryId, delivery.begun, at);
    const answer = await sender.send({ url, body: delivery.body, stampSeconds, logId, signature, timeoutMs });
    log.countAttempt();
    return { at, stampSeconds, logId, ...answer };
  };
