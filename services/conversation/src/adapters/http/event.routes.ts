import { HttpProblem, onlyMethods, unavailable, validate } from '@tiktok-channel/platform/http-server';
import { personIn } from '@tiktok-channel/platform/identity';
import type { Clock } from '@tiktok-channel/platform/kernel';
import type { Express, Request, RequestHandler } from 'express';
import { z } from 'zod';
import type { LiveChanges } from '../../application/live-changes.ts';
import { type ChangePosition, parsePosition } from '../../domain/change-position.ts';
import { createEventStream, type EventStream } from './event-stream.ts';

export interface EventRoutes {
  readonly people: RequestHandler;
  readonly changes: Pick<LiveChanges, 'follow'>;
  readonly streams: EventStreams;
  readonly clock: Clock;
  readonly heartbeatMs: number;
}

/** The streams of this process: so many at most, and all ended when it stops, so that their readers turn to another. */
export interface EventStreams {
  readonly name: 'event streams';
  stop(): void;
  hasRoom(): boolean;
  add(stream: EventStream): void;
  remove(stream: EventStream): void;
}

export const createEventStreams = (most: number): EventStreams => {
  const streams = new Set<EventStream>();
  let isStopping = false;
  return {
    name: 'event streams',
    stop: () => {
      isStopping = true;
      for (const stream of streams) stream.end();
    },
    hasRoom: () => !isStopping && streams.size < most,
    add: (stream) => streams.add(stream),
    remove: (stream) => streams.delete(stream),
  };
};

const PATH = '/v1/events';
const ROOM_RETRY_SECONDS = 2;

export const mountEvents = (app: Express, { people, changes, streams, clock, heartbeatMs }: EventRoutes): void => {
  app.get(PATH, people, (request, response) => {
    const from = startOf(request);
    if (!streams.hasRoom()) throw unavailable('this replica takes no more event streams', ROOM_RETRY_SECONDS);
    const person = personIn(response);
    const stream = createEventStream(response, person);
    const following = changes.follow(stream, from);
    const timer = setInterval(() => {
      if (clock.now() >= (person.tokenExpiresAt ?? Number.POSITIVE_INFINITY)) stream.end();
      else if (stream.isStalled()) stream.destroy();
      else stream.beat(following.position());
    }, heartbeatMs);
    streams.add(stream);
    response.on('close', () => {
      clearInterval(timer);
      following.end();
      streams.remove(stream);
    });
  });
  app.all(PATH, onlyMethods('GET'));
};

export const eventsQuery = z.object({ cursor: z.string().max(100).optional() });

/** A reader that reconnects says where it was by itself (`Last-Event-ID`), and that counts over the address it began with. */
const startOf = (request: Request): ChangePosition | null => {
  const { cursor } = validate(eventsQuery, request.query);
  const last = request.headers['last-event-id'];
  const [field, text] = typeof last === 'string' && last !== '' ? ['last-event-id', last] : ['cursor', cursor];
  if (text === undefined) return null;
  const position = parsePosition(text);
  if (position !== null) return position;
  throw new HttpProblem(400, 'invalid_request', `these fields are missing or wrong: ${field}`, {
    fields: [{ field, message: 'is not the id of an event, nor the eventCursor of a list' }],
  });
};
