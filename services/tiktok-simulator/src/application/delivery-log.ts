import type { EventType, WebhookEvent } from '../domain/webhook-events.ts';

/** Ended deliveries that the log remembers. */
const KEPT_ENDED = 2_000;

export interface Attempt {
  readonly at: number;
  /** The time in the signature, and TikTok's `x-tt-logid`. */
  readonly stampSeconds: number;
  readonly logId: string;
  readonly status: number | null;
  readonly error: string | null;
  readonly answer: string;
}

/** `queued`: an attempt is about to be made. `waiting`: for its time. `discarded`: not taken for 72 hours, unsubscribed, or one too many. */
export type DeliveryState = 'queued' | 'waiting' | 'delivered' | 'discarded';

export interface Delivery {
  readonly deliveryId: string;
  readonly event: string;
  readonly eventType: EventType;
  readonly businessId: string;
  readonly conversationId: string | null;
  readonly messageId: string | null;
  readonly createdAt: number;
  readonly state: DeliveryState;
  readonly nextAttemptAt: number | null;
  readonly attempts: readonly Attempt[];
  readonly body: string;
}

export interface DeliveryRecord extends Omit<Delivery, 'state' | 'nextAttemptAt' | 'attempts'> {
  state: DeliveryState;
  nextAttemptAt: number | null;
  readonly attempts: Attempt[];
  /** Attempts that were begun; numbers them. */
  begun: number;
  rounds: number;
  wasRepeated: boolean;
}

/** What is delivered, beside its body. */
export type About = Omit<WebhookEvent, 'content'>;

export type DeliveryLog = ReturnType<typeof createDeliveryLog>;

/** All open deliveries, and the last that ended. */
export const createDeliveryLog = () => {
  const records = new Map<string, DeliveryRecord>();
  const ended: string[] = [];
  const counts = { queued: 0, waiting: 0, delivered: 0, discarded: 0, attempts: 0 };

  const move = (delivery: DeliveryRecord, state: DeliveryState, nextAttemptAt: number | null = null) => {
    counts[delivery.state] -= 1;
    counts[state] += 1;
    delivery.state = state;
    delivery.nextAttemptAt = nextAttemptAt;
  };

  return {
    begin: (deliveryId: string, about: About, body: string): DeliveryRecord => {
      const { event, eventType, businessId, conversationId, messageId, atMs } = about;
      const kept = { deliveryId, event, eventType, businessId, conversationId, messageId, createdAt: atMs, body };
      const rest = { nextAttemptAt: null, attempts: [], begun: 0, rounds: 0, wasRepeated: false };
      const delivery: DeliveryRecord = { ...kept, ...rest, state: 'queued' };
      records.set(deliveryId, delivery);
      counts.queued += 1;
      return delivery;
    },
    move,
    /** A second end, of what was repeated, changes nothing. */
    end: (delivery: DeliveryRecord, state: 'delivered' | 'discarded') => {
      if (delivery.state === 'delivered') return;
      move(delivery, state);
      ended.push(delivery.deliveryId);
      if (ended.length > KEPT_ENDED) records.delete(ended.shift() ?? '');
    },
    countAttempt: () => {
      counts.attempts += 1;
    },
    find: (deliveryId: string) => records.get(deliveryId),
    list: (): readonly Delivery[] =>
      [...records.values()].map(({ begun: _, rounds: __, wasRepeated: ___, ...delivery }) => delivery),
    counts: () => ({ ...counts }),
    open: () => counts.queued + counts.waiting,
  };
};
