import type { Clock, IdGenerator, LogFields, Logger } from '../kernel/index.ts';

/** A clock that moves only when told to. */
export interface ManualClock extends Clock {
  advance(ms: number): void;
}

export const createManualClock = (startMs = 1_767_225_600_000): ManualClock => {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
  };
};

/** Ids in a row: `id-1`, `id-2`, … */
export const createCountingIds = (): IdGenerator => {
  let count = 0;
  return {
    next: () => {
      count += 1;
      return `id-${count}`;
    },
  };
};

export interface RecordedLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly event: string;
  readonly fields: LogFields;
  readonly error?: unknown;
}

/** Keeps what is logged. */
export const createRecordingLogger = (): Logger & { readonly lines: RecordedLine[] } => {
  const lines: RecordedLine[] = [];
  const record =
    (level: RecordedLine['level']) =>
    (event: string, fields: LogFields = {}, error?: unknown): void => {
      lines.push({ level, event, fields, error });
    };
  return { lines, debug: record('debug'), info: record('info'), warn: record('warn'), error: record('error') };
};
