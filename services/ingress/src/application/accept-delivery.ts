import { type Age, type AgeLimits, judgeAge } from '../domain/age.ts';
import type { Delivery } from '../domain/delivery.ts';
import { type EventSummary, summaryOf } from '../domain/events.ts';
import { type ParseJson, readDelivery } from '../domain/read-delivery.ts';
import { parseSignatureHeader } from '../domain/signature-header.ts';
import { type EventPublisher, PublishError, type PublishErrorCode, type VerifySignature } from './ports.ts';

export type SignatureRefusal = 'missing' | 'malformed' | 'mismatch' | 'stale' | 'future';

/**
 * What became of a delivery. `admitted` of a published one: its signature was older than the tolerance.
 * `unavailable`: nothing is lost, TikTok delivers it again; without an event when this process is about to end.
 */
export type Acceptance =
  | { readonly kind: 'published'; readonly event: EventSummary; readonly age: 'fresh' | 'admitted' }
  | { readonly kind: 'refused'; readonly reason: SignatureRefusal }
  | { readonly kind: 'unavailable'; readonly reason: PublishErrorCode; readonly event: EventSummary | null };

export type AcceptDelivery = (delivery: Delivery) => Promise<Acceptance>;

/** Verify, read, publish: nothing is looked up, nothing is remembered, and no order is imposed beyond the key. */
export const createAcceptDelivery = ({
  verifySignature,
  ageLimits,
  parseJson,
  publisher,
  isStopping,
}: {
  readonly verifySignature: VerifySignature;
  readonly ageLimits: AgeLimits;
  readonly parseJson: ParseJson;
  readonly publisher: EventPublisher;
  readonly isStopping: () => boolean;
}): AcceptDelivery => {
  /** The age counts only of a stamp that TikTok signed: any other could say what it likes. */
  const judge = ({ signature, rawBody, receivedAtMs }: Delivery): Age | SignatureRefusal => {
    const parsed = parseSignatureHeader(signature);
    if (!parsed.ok) return parsed.error;
    if (!verifySignature(parsed.value, rawBody)) return 'mismatch';
    return judgeAge(parsed.value.signedAtMs, receivedAtMs, ageLimits);
  };

  return (delivery) => {
    if (isStopping()) return Promise.resolve(STOPPED);
    const age = judge(delivery);
    if (age !== 'fresh' && age !== 'admitted') return Promise.resolve({ kind: 'refused', reason: age });
    const fact = readDelivery(delivery, parseJson);
    const event = summaryOf(fact);
    // Bare promises, since each `await` between the broker and the answer costs as much as reading a message.
    return publisher.publish(fact).then(
      () => ({ kind: 'published', event, age }),
      (error: unknown) => unavailable(event, error),
    );
  };
};

const STOPPED: Acceptance = { kind: 'unavailable', reason: 'stopped', event: null };

const unavailable = (event: EventSummary, error: unknown): Acceptance => {
  if (error instanceof PublishError) return { kind: 'unavailable', reason: error.code, event };
  throw error;
};
