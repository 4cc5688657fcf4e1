import type { Delivery } from './delivery.ts';
import type { Envelope } from './envelope.ts';
import type { Fields } from './fields.ts';
import type { Provenance } from './records.ts';

/** What every reader of a kind is given. */
export interface ContentIn {
  readonly delivery: Delivery;
  readonly envelope: Envelope;
  /** The envelope's content, parsed. */
  readonly content: Fields;
}

export const provenanceOf = ({ delivery, envelope }: ContentIn): Provenance => ({
  logId: delivery.logId,
  receivedAt: delivery.receivedAtMs,
  rawContent: Buffer.from(envelope.content),
});
