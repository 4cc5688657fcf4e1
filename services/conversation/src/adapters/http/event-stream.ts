import type { ServerResponse } from 'node:http';
import type { LoggedChange } from '../../application/ports.ts';
import type { Follower } from '../../application/seats.ts';
import { type ChangePosition, formatPosition } from '../../domain/change-position.ts';

export interface EventStream extends Follower {
  /** A sign of life that carries how far it has got, so that who hears nothing for long can still resume. */
  beat(position: ChangePosition | null): void;
  /** Whether nothing has left for the reader since the last time this was asked, although something waits. */
  isStalled(): boolean;
  end(): void;
  destroy(): void;
}

/** What waits for one reader at most, beside one page: more is left in the log. */
const BUFFER_BYTES = 64 * 1_024;
const RECONNECT_MS = 1_000;

/** Server-sent events on an answer whose head was not written yet. */
export const createEventStream = (
  response: ServerResponse,
  person: { readonly accountId: string; readonly userId: string },
): EventStream => {
  let flushed = -1;
  const write = (text: string): void => {
    if (!response.writableEnded) response.write(text);
  };
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    // Proxies must not gather what is meant for now.
    'X-Accel-Buffering': 'no',
  });
  write(`retry: ${RECONNECT_MS}\n\n`);

  return {
    ...person,
    isReady: () => response.writableLength < BUFFER_BYTES,
    begin: (position) => write(eventText('ready', position, {})),
    deliver: (changes) => write(changes.map(changeText).join('')),
    reset: (position) => write(eventText('reset', position, {})),
    beat: (position) => write(position === null ? ':\n\n' : `:\nid: ${formatPosition(position)}\n\n`),
    isStalled: () => {
      const before = flushed;
      flushed = (response.socket?.bytesWritten ?? 0) - response.writableLength;
      return response.writableLength > 0 && flushed === before;
    },
    end: () => response.end(),
    destroy: () => response.destroy(),
  };
};

const changeText = ({ kind, position, channelId, conversationId, subjectId }: LoggedChange): string => {
  switch (kind) {
    case 'message':
      return eventText(kind, position, { channelId, conversationId, messageId: subjectId });
    case 'reply':
      return eventText(kind, position, { channelId, conversationId, replyId: subjectId });
    case 'conversation':
    case 'read':
      return eventText(kind, position, { channelId, conversationId });
    case 'notice':
    case 'channel':
      return eventText(kind, position, { channelId });
  }
};

/** JSON holds no line break, which would end the field. */
const eventText = (name: string, position: ChangePosition, data: Readonly<Record<string, unknown>>): string =>
  `id: ${formatPosition(position)}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
