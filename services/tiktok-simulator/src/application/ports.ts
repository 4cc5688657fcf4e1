import type { SignatureKind } from '../domain/switches.ts';

/** One POST of a delivery; the sender signs it with `stampSeconds`, fresh for each attempt. */
export interface OutgoingWebhook {
  readonly url: string;
  readonly body: string;
  readonly stampSeconds: number;
  readonly logId: string;
  readonly signature: SignatureKind;
  /** How long the answer may take. */
  readonly timeoutMs: number;
}

/** `status` is null when no answer came; then `error` says why. `answer` is the beginning of the response body. */
export interface WebhookAnswer {
  readonly status: number | null;
  readonly error: string | null;
  readonly answer: string;
}

export interface WebhookSender {
  send(webhook: OutgoingWebhook): Promise<WebhookAnswer>;
}
