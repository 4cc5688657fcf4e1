import type { Result } from '../kernel/index.ts';

/**
 * The rules of one kind of stream, as pure functions.
 *
 * - `decide`: the events that follow from a command, or a refusal. An empty list means that there is nothing left to do.
 * - `evolve`: never throws and never judges: what is stored has happened.
 */
export interface Decider<Command, State, Event, Refusal> {
  readonly initial: State;
  readonly decide: (command: Command, state: State) => Result<readonly Event[], Refusal>;
  readonly evolve: (state: State, event: Event) => State;
}
