import type { Ids } from '../domain/ids.ts';
import { envelopeOf, type WebhookEvent } from '../domain/webhook-events.ts';
import { createConversationQueue } from './conversation-queue.ts';
import type { DeveloperApp } from './developer-app.ts';
import type { WebhookSender } from './ports.ts';
import type { SimulatorTime } from './simulator-time.ts';
import type { SwitchBoard } from './switch-board.ts';

const MINUTE_MS = 60_000;

/** Source: "exponential backoff for up to 72 hours, then discarded"; the numbers below are ours, no source has any. */
const GIVE_UP_AFTER_MS = 72 * 60 * MINUTE_MS;
const FIRST_RETRY_AFTER_MS = MINUTE_MS;

/** How many conversations are delivered at a time. */
const CONCURRENCY = 16;

/** Ended deliveries that the log remembers. */
const KEPT_ENDED = 2_000;

interface Attempt {
  readonly at: number;
  readonly status: number | null;
  readonly error: string | null;
  readonly answer: string;
}

/** `queued`: an attempt is about to be made. `waiting`: for its time. `discarded`: not taken for 72 hours, or unsubscribed. */
interface Delivery {
  readonly deliveryId: string;
  readonly event: WebhookEvent['event'];
  readonly businessId: string;
  readonly conversationId: string;
  readonly messageId: string | null;
  readonly createdAt: number;
  readonly state: 'queued' | 'waiting' | 'delivered' | 'discarded';
  readonly nextAttemptAt: number | null;
  readonly attempts: readonly Attempt[];
  readonly body: string;
}

interface DeliveryRecord extends Omit<Delivery, 'state' | 'nextAttemptAt' | 'attempts'> {
  readonly eventType: WebhookEvent['eventType'];
  state: Delivery['state'];
  nextAttemptAt: number | null;
  readonly attempts: Attempt[];
  rounds: number;
}

export interface Deliveries {
  /** Delivers the event to the app's callback, now or `delayMs` later; without a subscription nothing happens. */
  add(event: WebhookEvent, delayMs?: number): void;
  /** Sends a delivery of the log once more, whatever became of it. */
  repeat(deliveryId: string, times: number): Promise<readonly Attempt[] | null>;
  /** Oldest first: all that are open, and the last that ended. */
  list(): readonly Delivery[];
  counts(): Readonly<Record<Delivery['state'] | 'attempts', number>>;
  stop(): void;
}

interface Dependencies {
  readonly app: DeveloperApp;
  readonly ids: Ids;
  readonly time: SimulatorTime;
  readonly switches: SwitchBoard;
  readonly sender: WebhookSender;
}

export const createDeliveries = ({ app, ids, time, switches, sender }: Dependencies): Deliveries => {
  const log = new Map<string, DeliveryRecord>();
  const ended: string[] = [];
  const counts = { queued: 0, waiting: 0, delivered: 0, discarded: 0, attempts: 0 };

  const attempt = async ({ body }: DeliveryRecord, url: string): Promise<Attempt> => {
    const at = time.now();
    const answer = await sender.send({ url, body, stampSeconds: Math.floor(at / 1000), logId: ids.request(at) });
    counts.attempts += 1;
    return { at, ...answer };
  };
  const move = (delivery: DeliveryRecord, state: Delivery['state'], nextAttemptAt: number | null = null) => {
    counts[delivery.state] -= 1;
    counts[state] += 1;
    delivery.state = state;
    delivery.nextAttemptAt = nextAttemptAt;
  };
  const end = (delivery: DeliveryRecord, state: 'delivered' | 'discarded') => {
    move(delivery, state);
    ended.push(delivery.deliveryId);
    if (ended.length > KEPT_ENDED) log.delete(ended.shift() ?? '');
  };
  const deliver = async (delivery: DeliveryRecord): Promise<void> => {
    const url = app.callbackUrl(delivery.eventType);
    if (url === null) return end(delivery, 'discarded');

    const copies = Array.from({ length: switches.now().deliveries_duplicated }, () => attempt(delivery, url));
    const answers = await Promise.all(copies);
    delivery.attempts.push(...answers);
    if (answers.every(({ status }) => status === 200)) return end(delivery, 'delivered');

    planRetry(delivery);
  };
  const planRetry = (delivery: DeliveryRecord) => {
    const waitMs = FIRST_RETRY_AFTER_MS * 2 ** delivery.rounds;
    delivery.rounds += 1;
    if (time.now() + waitMs > delivery.createdAt + GIVE_UP_AFTER_MS) return end(delivery, 'discarded');

    wait(delivery, waitMs);
  };
  const wait = (delivery: DeliveryRecord, waitMs: number) => {
    if (waitMs > 0) move(delivery, 'waiting', time.now() + waitMs);
    time.after(waitMs, () => {
      if (delivery.state === 'waiting') move(delivery, 'queued');
      queue.add(delivery.conversationId, delivery);
    });
  };
  const queue = createConversationQueue({ concurrency: CONCURRENCY, work: deliver });

  return {
    add: (event, delayMs = 0) => {
      if (app.callbackUrl(event.eventType) === null) return;
      const delivery = newDelivery(event, ids.secret('', time.now()), envelopeOf(event, app.appId));
      log.set(delivery.deliveryId, delivery);
      counts.queued += 1;
      const { deliveries_delayed_ms, deliveries_reordered_ms } = switches.now();
      wait(delivery, delayMs + deliveries_delayed_ms + Math.floor(ids.chance() * deliveries_reordered_ms));
    },
    repeat: async (deliveryId, times) => {
      const delivery = log.get(deliveryId);
      const url = delivery === undefined ? null : app.callbackUrl(delivery.eventType);
      if (delivery === undefined || url === null) return null;
      const answers = await Promise.all(Array.from({ length: times }, () => attempt(delivery, url)));
      delivery.attempts.push(...answers);
      return answers;
    },
    list: () => [...log.values()].map(({ eventType: _, rounds: __, ...delivery }) => delivery),
    counts: () => ({ ...counts }),
    stop: () => queue.stop(),
  };
};

const newDelivery = (event: WebhookEvent, deliveryId: string, body: string): DeliveryRecord => ({
  deliveryId,
  event: event.event,
  eventType: event.eventType,
  businessId: event.businessId,
  conversationId: event.conversationId,
  messageId: event.messageId,
  createdAt: event.atMs,
  state: 'queued',
  nextAttemptAt: null,
  attempts: [],
  rounds: 0,
  body,
});
