import type { Delivery } from '../domain/delivery.ts';
import { type EventSummary, summaryOf } from '../domain/events.ts';
import { type ParseJson, readDelivery } from '../domain/read-delivery.ts';
import { type Admission, isAdmitted, type JudgeSignature, type SignatureRefusal } from './judge-signature.ts';
import { type EventPublisher, PublishError, type PublishErrorCode } from './ports.ts';

/** What became of a delivery. `unavailable`: nothing is lost, TikTok delivers it again. */
export type Acceptance =
  | { readonly kind: 'published'; readonly event: EventSummary; readonly age: Admission }
  | { readonly kind: 'refused'; readonly reason: SignatureRefusal }
  | { readonly kind: 'unavailable'; readonly reason: PublishErrorCode; readonly event: EventSummary };

export type AcceptDelivery = (delivery: Delivery) => Promise<Acceptance>;

/** Verify, read, publish: nothing is looked up, nothing is remembered, and no order is imposed beyond the key. */
export const createAcceptDelivery =
  ({
    judgeSignature,
    parseJson,
    publisher,
  }: {
    readonly judgeSignature: JudgeSignature;
    readonly parseJson: ParseJson;
    readonly publisher: EventPublisher;
  }): AcceptDelivery =>
  (delivery) => {
    const age = judgeSignature(delivery.signature, delivery.rawBody, delivery.receivedAtMs);
    if (!isAdmitted(age)) return Promise.resolve({ kind: 'refused', reason: age });
    const events = readDelivery(delivery, parseJson);
    const event = summaryOf(events);
    // Bare promises, since each `await` between the broker and the answer costs as much as reading a message.
    return publisher.publish(events).then(
      () => ({ kind: 'published', event, age }),
      (error: unknown) => unavailable(event, error),
    );
  };

const unavailable = (event: EventSummary, error: unknown): Acceptance => {
  if (error instanceof PublishError) return { kind: 'unavailable', reason: error.code, event };
  throw error;
};
