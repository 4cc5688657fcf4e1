import { idIn, objectIn, textIn, timeIn } from './fields.ts';

/** What surrounds every webhook (fact sheet, section 2.1), as far as it is needed. */
export interface Envelope {
  readonly event: string;
  /** `user_openid`: the business account. */
  readonly channelId: string;
  /** JSON in a string: parsed a second time. */
  readonly content: string;
  /** `create_time`, epoch milliseconds: when the event occurred. Null when TikTok did not say. */
  readonly createdAt: number | null;
}

/** Every field that could be read; an envelope needs the first three. */
export type PartialEnvelope = { readonly [Field in keyof Envelope]: Envelope[Field] | null };

export const readEnvelope = (body: unknown): PartialEnvelope => {
  const fields = objectIn(body);
  if (fields === null) return NOTHING;
  return {
    event: textIn(fields.event),
    channelId: idIn(fields.user_openid),
    content: textIn(fields.content),
    createdAt: timeIn(fields.create_time),
  };
};

const NOTHING: PartialEnvelope = { event: null, channelId: null, content: null, createdAt: null };

export const isComplete = (envelope: PartialEnvelope): envelope is Envelope =>
  envelope.event !== null && envelope.channelId !== null && envelope.content !== null;

/** TikTok's name of the first field that is missing or of another type. */
export const missingField = ({ event, channelId }: PartialEnvelope): string => {
  if (event === null) return 'event';
  return channelId === null ? 'user_openid' : 'content';
};
