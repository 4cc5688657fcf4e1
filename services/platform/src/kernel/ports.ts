/** Time in epoch milliseconds. No decision uses SQL's `now()` or the length of a timer, so that hours can pass in a test. */
export interface Clock {
  now(): number;
}

/** Random ids (UUIDv4) for what has no natural id. */
export interface IdGenerator {
  next(): string;
}

/** Fields of a log line: ids, outcomes, counts, durations. Never a token, a secret or a person's words. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined | readonly string[]>>;

/** `event` is a closed dotted name (`webhook.accepted`). `error` wakes someone, `warn` is counted, `info` is the canonical line. */
export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields, error?: unknown): void;
  error(event: string, fields?: LogFields, error?: unknown): void;
}
