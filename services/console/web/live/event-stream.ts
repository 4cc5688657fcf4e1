import { createParser } from 'eventsource-parser';

/** What the stream says; it holds no words, so who is told asks again. */
export interface LiveEvent {
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
}

export type LiveStatus = 'connecting' | 'live' | 'away';

export interface StreamOptions {
  /** Opens the stream with these headers; rejects when nobody may read it. */
  readonly open: (headers: Record<string, string>, signal: AbortSignal) => Promise<Response>;
  readonly onEvent: (event: LiveEvent) => void;
  readonly onStatus: (status: LiveStatus) => void;
}

/** Three heartbeats of the server: then the line is dead, even if nobody said so. */
const SILENCE_MS = 45_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Follows the stream for ever, from where it was when the line broke: by `fetch`, since an `EventSource` cannot send a token in a
 * header. Answers how to end it.
 */
export const followEvents = ({ open, onEvent, onStatus }: StreamOptions): (() => void) => {
  let lastId = '';
  let isOver = false;
  let failures = 0;
  let current = new AbortController();
  let wake = (): void => {};

  const readOnce = async (): Promise<void> => {
    current = new AbortController();
    const response = await open(lastId === '' ? {} : { 'last-event-id': lastId }, current.signal);
    onStatus('live');
    failures = 0;
    const parser = createParser({
      onEvent: ({ id, event, data }) => {
        if (id !== undefined) lastId = id;
        onEvent({ name: event ?? 'message', data: JSON.parse(data) });
      },
    });
    await readAll(response, current, (text) => {
      // A heartbeat is an id alone, of which a parser of events says nothing.
      lastId = /^:\r?\nid: (\S+)$/m.exec(text)?.[1] ?? lastId;
      parser.feed(text);
    });
  };

  const run = async (): Promise<void> => {
    while (!isOver) {
      // Whatever broke it, the next attempt resumes.
      await readOnce().catch(() => undefined);
      if (isOver) return;
      failures += 1;
      // A line that breaks once is up again before anybody need know.
      if (failures > 1) onStatus('away');
      await pause(failures);
    }
  };
  const pause = (attempt: number): Promise<void> =>
    new Promise((resolve) => {
      const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
      const timer = setTimeout(resolve, longest / 2 + (Math.random() * longest) / 2);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const onOnline = (): void => wake();
  const onOffline = (): void => {
    onStatus('away');
    current.abort();
  };

  addEventListener('online', onOnline);
  addEventListener('offline', onOffline);
  void run();
  return () => {
    isOver = true;
    removeEventListener('online', onOnline);
    removeEventListener('offline', onOffline);
    current.abort();
    wake();
  };
};

const readAll = async (
  response: Response,
  controller: AbortController,
  take: (text: string) => void,
): Promise<void> => {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) return;
  let timer = setTimeout(() => controller.abort(), SILENCE_MS);
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      clearTimeout(timer);
      timer = setTimeout(() => controller.abort(), SILENCE_MS);
      take(next.value);
    }
  } finally {
    clearTimeout(timer);
  }
};
