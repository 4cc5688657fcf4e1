import type { Delivery } from '../domain/delivery.ts';
import type { WebhookEvent, WebhookEvents } from '../domain/events.ts';
import { type ParseJson, readDelivery } from '../domain/read-delivery.ts';
import type { UnrecognizedReason } from '../domain/records.ts';
import { isAdmitted, type JudgeSignature, type SignatureRefusal } from './judge-signature.ts';
import { type EventPublisher, PublishError, type PublishErrorCode } from './ports.ts';

/**
 * What became of a delivery that an operator gave back. `unrecognized`: this version cannot read it either, and what is
 * on the topic of unrecognised deliveries already is not published there again.
 */
export type Redelivery =
  | { readonly kind: 'published'; readonly events: readonly Pick<WebhookEvent, 'type' | 'id'>[] }
  | { readonly kind: 'unrecognized'; readonly reason: UnrecognizedReason; readonly detail: string | null }
  | { readonly kind: 'refused'; readonly reason: SignatureRefusal }
  | { readonly kind: 'unavailable'; readonly reason: PublishErrorCode };

/** `delivery` has its first arrival; its signature is of now, `nowMs`. */
export type Redeliver = (delivery: Delivery, nowMs: number) => Promise<Redelivery>;

/** Reads a delivery that an earlier version could not read, and publishes it as that version would have. */
export const createRedeliver =
  ({
    judgeSignature,
    parseJson,
    publisher,
  }: {
    readonly judgeSignature: JudgeSignature;
    readonly parseJson: ParseJson;
    readonly publisher: EventPublisher;
  }): Redeliver =>
  async (delivery, nowMs) => {
    const judgement = judgeSignature(delivery.signature, delivery.rawBody, nowMs);
    if (!isAdmitted(judgement)) return { kind: 'refused', reason: judgement };
    const events = readDelivery(delivery, parseJson);
    const [first] = events;
    if (first.type === 'WebhookUnrecognized') {
      return { kind: 'unrecognized', reason: first.record.reason, detail: first.record.detail };
    }
    return publish(publisher, events);
  };

const publish = async (publisher: EventPublisher, events: WebhookEvents): Promise<Redelivery> => {
  try {
    await publisher.publish(events);
    return { kind: 'published', events: events.map(({ type, id }) => ({ type, id })) };
  } catch (error) {
    if (error instanceof PublishError) return { kind: 'unavailable', reason: error.code };
    throw error;
  }
};
