import type { Result } from '../kernel/index.ts';
import { ok } from '../kernel/index.ts';
import type { Decider } from './decider.ts';
import type { EventStore } from './event-store.ts';
import { VersionConflict } from './event-store.ts';

/** Attempts before a conflict is given to the caller: each lost race means that somebody else's append went through. */
const DEFAULT_MAX_ATTEMPTS = 8;

/** One new event, where it stands in its stream, and the state that it leads to. */
export interface RecordedEvent<State, Event> {
  readonly streamId: string;
  /** Counts from 1. */
  readonly version: number;
  readonly event: Event;
  readonly state: State;
}

export interface CommandHandlerOptions<Command, State, Event, Refusal, Row> {
  readonly decider: Decider<Command, State, Event, Refusal>;
  readonly store: EventStore<Event, Row>;
  /** What is published about a new event; no row for an event that stays inside. */
  readonly publish: (recorded: RecordedEvent<State, Event>) => Promise<readonly Row[]> | readonly Row[];
  readonly maxAttempts?: number;
}

export type CommandHandler<Command, Event, Refusal> = (
  streamId: string,
  command: Command,
) => Promise<Result<readonly Event[], Refusal>>;

/**
 * Load, fold, decide, append, and all of it again when somebody else appended in between. Answers the events that were
 * stored: none when the command had been handled before. Throws `VersionConflict` after `maxAttempts` lost races.
 */
export const createCommandHandler = <Command, State, Event, Refusal, Row>(
  options: CommandHandlerOptions<Command, State, Event, Refusal, Row>,
): CommandHandler<Command, Event, Refusal> => {
  const maxAttempts = options.maxAttempts ?? DEFAULT_MAX_ATTEMPTS;

  const handle = async (
    streamId: string,
    command: Command,
    attempt: number,
  ): Promise<Result<readonly Event[], Refusal>> => {
    try {
      return await handleOnce(options, streamId, command);
    } catch (error) {
      if (!(error instanceof VersionConflict) || attempt >= maxAttempts) throw error;
      return handle(streamId, command, attempt + 1);
    }
  };

  return (streamId, command) => handle(streamId, command, 1);
};

const handleOnce = async <Command, State, Event, Refusal, Row>(
  { decider, store, publish }: CommandHandlerOptions<Command, State, Event, Refusal, Row>,
  streamId: string,
  command: Command,
): Promise<Result<readonly Event[], Refusal>> => {
  const past = await store.load(streamId);
  const state = past.reduce(decider.evolve, decider.initial);
  const decided = decider.decide(command, state);
  if (!decided.ok) return decided;
  const events = decided.value;
  if (events.length === 0) return ok([]);

  const recorded = record(decider.evolve, { streamId, state, expectedVersion: past.length }, events);
  const outbox = (await Promise.all(recorded.map(publish))).flat();
  await store.append({ streamId, expectedVersion: past.length, events, outbox });
  return ok(events);
};

const record = <State, Event>(
  evolve: (state: State, event: Event) => State,
  from: { readonly streamId: string; readonly state: State; readonly expectedVersion: number },
  events: readonly Event[],
): readonly RecordedEvent<State, Event>[] => {
  let state = from.state;
  return events.map((event, index) => {
    state = evolve(state, event);
    return { streamId: from.streamId, version: from.expectedVersion + index + 1, event, state };
  });
};
