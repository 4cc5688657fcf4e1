/** One event of a stream. `data` is parsed; events without data only move the id on. */
export interface StreamEvent {
  readonly id: string;
  readonly event: string;
  readonly data: Readonly<Record<string, string>>;
}

export interface EventReader {
  readonly status: number;
  readonly events: readonly StreamEvent[];
  /** The last id that came, with an event or alone: where to go on. */
  lastId(): string | null;
  /** Signs of life so far. */
  beats(): number;
  /** Resolves when the stream has ended, whoever ended it. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/** Follows `GET /v1/events` as a browser would by `fetch`. */
export const readEvents = async (
  publicUrl: string,
  authorization: string,
  { cursor, lastEventId }: { readonly cursor?: string; readonly lastEventId?: string | null } = {},
): Promise<EventReader> => {
  const abort = new AbortController();
  const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
  const response = await fetch(`${publicUrl}/v1/events${query}`, {
    headers: { authorization, ...(lastEventId == null ? {} : { 'last-event-id': lastEventId }) },
    signal: abort.signal,
  });
  const events: StreamEvent[] = [];
  let lastId: string | null = lastEventId ?? cursor ?? null;
  let beats = 0;
  const take = (block: string): void => {
    const fields = new Map(
      block.split('\n').map((line): [string, string] => [line.split(': ', 1)[0] ?? '', line.replace(/^[^:]*: ?/, '')]),
    );
    lastId = fields.get('id') ?? lastId;
    if (fields.has('id') && !fields.has('data')) beats += 1;
    const data = fields.get('data');
    if (data !== undefined) events.push({ id: lastId ?? '', event: fields.get('event') ?? '', data: JSON.parse(data) });
  };
  const ended = (async () => {
    let rest = '';
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) {
        rest += decoder.decode(chunk, { stream: true });
        const blocks = rest.split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) take(block);
      }
    } catch {
      // The process was killed, or the reader closed: the stream is over either way.
    }
  })();
  return {
    status: response.status,
    events,
    lastId: () => lastId,
    beats: () => beats,
    ended,
    close: async () => {
      abort.abort();
      await ended;
    },
  };
};

export const has = (reader: EventReader, event: string, data: Readonly<Record<string, unknown>>): boolean =>
  reader.events.some(
    (each) => each.event === event && Object.entries(data).every(([field, value]) => each.data[field] === value),
  );
