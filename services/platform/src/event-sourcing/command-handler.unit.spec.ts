import { expect } from 'chai';
import { ok, refuse } from '../kernel/index.ts';
import { createCommandHandler, type Decider, type EventStore, VersionConflict } from './index.ts';

type Command = { readonly type: 'Add'; readonly name: string } | { readonly type: 'AddTwice'; readonly name: string };
type Event = { readonly type: 'Added'; readonly name: string };
type Refusal = 'name_empty';

const basket: Decider<Command, readonly string[], Event, Refusal> = {
  initial: [],
  decide: ({ type, name }, state) => {
    if (name === '') return refuse('name_empty');
    if (state.includes(name)) return ok([]);
    const added: Event = { type: 'Added', name };
    return ok(type === 'AddTwice' ? [added, added] : [added]);
  },
  evolve: (state, { name }) => [...state, name],
};

/** In memory; `inBetween` is what others append between a load and the append that follows it. */
const memoryStore = (inBetween: Event[] = []) => {
  const events: Event[] = [];
  const outbox: string[] = [];
  let loads = 0;
  const store: EventStore<Event, string> = {
    load: async () => {
      loads += 1;
      return [...events];
    },
    append: async ({ streamId, expectedVersion, events: added, outbox: rows }) => {
      const other = inBetween.shift();
      if (other !== undefined) events.push(other);
      if (events.length !== expectedVersion) throw new VersionConflict({ streamId, expectedVersion });
      events.push(...added);
      outbox.push(...rows);
    },
  };
  return { store, events, outbox, loads: () => loads };
};

const handlerOn = (store: EventStore<Event, string>, maxAttempts = 3) =>
  createCommandHandler({
    decider: basket,
    store,
    maxAttempts,
    publish: ({ streamId, version, event, state }) => [`${streamId}/${version} ${event.name} of ${state.length}`],
  });

describe('a command handler', () => {
  it('stores what was decided, and beside it what is published about each event', async () => {
    const { store, events, outbox } = memoryStore();
    const handle = handlerOn(store);
    await handle('b', { type: 'Add', name: 'x' });
    const handled = await handle('b', { type: 'AddTwice', name: 'y' });

    expect(handled).to.deep.equal(ok(events.slice(1)));
    expect(outbox).to.deep.equal(['b/1 x of 1', 'b/2 y of 2', 'b/3 y of 3']);
  });

  it('stores nothing when the command is refused', async () => {
    const { store, events } = memoryStore();

    expect(await handlerOn(store)('b', { type: 'Add', name: '' })).to.deep.equal(refuse('name_empty'));
    expect(events).to.deep.equal([]);
  });

  it('stores nothing when the command had been handled before', async () => {
    const { store, events } = memoryStore();
    const handle = handlerOn(store);
    await handle('b', { type: 'Add', name: 'x' });

    expect(await handle('b', { type: 'Add', name: 'x' })).to.deep.equal(ok([]));
    expect(events).to.have.length(1);
  });

  it('decides again on what another has appended in between', async () => {
    const { store, events, loads } = memoryStore([{ type: 'Added', name: 'x' }]);

    expect(await handlerOn(store)('b', { type: 'Add', name: 'x' })).to.deep.equal(ok([]));
    expect(events).to.deep.equal([{ type: 'Added', name: 'x' }]);
    expect(loads()).to.equal(2);
  });

  it('gives the conflict to the caller after the last attempt', async () => {
    const { store, loads } = memoryStore(['p', 'q', 'r', 's'].map((name) => ({ type: 'Added', name })));
    const error = await handlerOn(store)('b', { type: 'Add', name: 'x' }).catch((thrown: unknown) => thrown);

    expect(error).to.be.instanceOf(VersionConflict);
    expect(loads()).to.equal(3);
  });
});
