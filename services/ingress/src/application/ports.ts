import type { WebhookEvents } from '../domain/events.ts';
import type { SignatureHeader } from '../domain/signature-header.ts';

/** Whether the digest is the HMAC of timestamp and body under one of the app's secrets, in constant time. */
export type VerifySignature = (signature: SignatureHeader, rawBody: Buffer) => boolean;

export interface EventPublisher {
  /** Resolves once all in-sync replicas have all of the events. Rejects with a `PublishError`; some may be there then. */
  publish(events: WebhookEvents): Promise<void>;
}

/**
 * - `buffer_full`, `deadline_exceeded`, `stopped`: the broker is away, slow, or this process ends; the same delivery may
 *   succeed later, and may have been published all the same.
 * - `record_refused`: the broker will not take this record as it is configured now.
 */
export type PublishErrorCode = 'buffer_full' | 'deadline_exceeded' | 'stopped' | 'record_refused';

export class PublishError extends Error {
  readonly code: PublishErrorCode;
  readonly retryable: boolean;

  constructor(code: PublishErrorCode, options?: ErrorOptions) {
    super(`the events were not published: ${code}`, options);
    this.name = 'PublishError';
    this.code = code;
    this.retryable = code !== 'record_refused';
  }
}
