import { setTimeout as wait } from 'node:timers/promises';
import { eventually } from '@tiktok-channel/platform/testing';
import type { SendReply } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import fc from 'fast-check';
import { streamIdOf } from '../../services/outbound/src/domain/send-reply.ts';
import { scaled } from '../support/long.ts';
import {
  type Conversation,
  createOutboundWorld,
  isVerdict,
  type OutboundWorld,
  replyIn,
  type Status,
} from '../support/outbound.ts';

const SEED = Number(process.env.TEST_SEED ?? 20_261_125);
const RUNS = scaled(3, 40);
const CALM = { rate_limit_qps: 0, quota_off: true };

/** What TikTok does, until it does something else. */
const TROUBLES = [
  CALM,
  { send_answer: 'dropped_after_acceptance', send_answer_every: 2, echo_delay_ms: 20_000, echoes_duplicated: 2 },
  { send_answer: '502_after_acceptance', send_answer_every: 2, content_list_lags_ms: 60_000 },
  { send_answer: 'dropped_after_acceptance', echo_never: true },
  { send_answer: '500_before_acceptance', send_answer_every: 2 },
  { send_answer: '51065_after_acceptance', send_answer_every: 2, echo_before_answer: true },
  { api_fails_with: 40100, api_fails_on: 'send', api_fails_every: 3 },
  { api_fails_with: 503, api_fails_on: 'send', api_fails_every: 2 },
] as const;

/** Failures of a reply that came to its end while it waited. */
const TOO_LATE = ['expired', 'rate_limited', 'sending_too_fast', 'tiktok_unavailable'];

type Outcome = 'ReplySent' | 'ReplyCancelled' | 'ReplyOutcomeUnknown' | `ReplyFailed ${string}`;

/** All that may become of a reply, by what was asked for. */
interface Asked {
  readonly command: SendReply;
  readonly outcomes: Set<Outcome>;
}

interface Model {
  readonly asked: Asked[];
  /** Commands under an id that was taken. */
  reused: number;
}

interface Real {
  readonly world: OutboundWorld;
  readonly conversations: readonly Conversation[];
}

type Step = fc.AsyncCommand<Model, Real>;

const step = (name: string, run: (model: Model, real: Real) => Promise<void>): Step => ({
  check: () => true,
  run,
  toString: () => name,
});

const KINDS = {
  text: { change: () => ({}), outcomes: ['ReplySent', 'ReplyOutcomeUnknown'] },
  'the same text': { change: () => ({ text: 'The same.' }), outcomes: ['ReplySent', 'ReplyOutcomeUnknown'] },
  nothing: { change: () => ({ text: ' ' }), outcomes: ['ReplyFailed empty_reply'] },
  'too late': { change: (nowMs: number) => ({ expiresAt: nowMs - 1 }), outcomes: ['ReplyFailed expired'] },
  'for a short time': {
    change: (nowMs: number) => ({ expiresAt: nowMs + 20_000 }),
    outcomes: ['ReplySent', 'ReplyOutcomeUnknown', ...tooLate()],
  },
  'an action': {
    change: () => ({ text: null, action: 'TYPING' as const }),
    outcomes: ['ReplySent', 'ReplyOutcomeUnknown', ...tooLate()],
  },
  'by another channel': {
    change: () => ({ channelId: 'biz-of-nobody' }),
    outcomes: ['ReplyFailed channel_unknown'],
  },
} as const satisfies Record<
  string,
  { readonly change: (nowMs: number) => Partial<SendReply>; readonly outcomes: readonly Outcome[] }
>;

function tooLate(): readonly Outcome[] {
  return TOO_LATE.map((code): Outcome => `ReplyFailed ${code}`);
}

const commandFor = (kind: keyof typeof KINDS, place: number, { asked }: Model, real: Real): Asked => {
  const requestedAt = real.world.now();
  const { change, outcomes } = KINDS[kind];
  const conversation = real.conversations[place % real.conversations.length] as Conversation;
  const command = replyIn(conversation, { text: `Answer ${asked.length}.`, requestedAt, ...change(requestedAt) });
  return { command, outcomes: new Set<Outcome>(outcomes) };
};

const anyKind = fc.constantFrom(...(Object.keys(KINDS) as (keyof typeof KINDS)[]), 'text' as const, 'text' as const);
const place = fc.nat({ max: 2 });

const ask = fc.tuple(anyKind, place, fc.integer({ min: 1, max: 3 })).map(([kind, at, times]) =>
  step(`ask for ${kind} in ${at}, ${times} times`, async (model, real) => {
    const asked = commandFor(kind, at, model, real);
    model.asked.push(asked);
    await real.world.send(...Array(times).fill(asked.command));
  }),
);

const takeBackEarly = fc.tuple(anyKind, place).map(([kind, at]) =>
  step(`take back, then ask for ${kind} in ${at}`, async (model, real) => {
    const { command } = commandFor(kind, at, model, real);
    model.asked.push({ command, outcomes: new Set(['ReplyCancelled']) });
    await real.world.cancel(command);
    await real.world.send(command);
  }),
);

/** Whichever of the two comes first: it takes back nothing. */
const takeBackElsewhere = place.map((at) =>
  step(`take back what is in another conversation than ${at}, and ask for it`, async (model, real) => {
    const asked = commandFor('text', at, model, real);
    model.asked.push(asked);
    await real.world.cancel({ ...asked.command, conversationId: 'CONV+of/nobody==' });
    await real.world.send(asked.command);
  }),
);

const takeBack = fc.nat().map((at) =>
  step(`take back number ${at}`, async ({ asked }, { world }) => {
    const taken = asked[at % asked.length];
    if (taken === undefined) return;
    taken.outcomes.add('ReplyCancelled');
    await world.cancel(taken.command);
  }),
);

const reuse = fc.nat().map((at) =>
  step(`ask for another under the id of number ${at}`, async (model, { world }) => {
    const taken = model.asked[at % model.asked.length];
    if (taken === undefined) return;
    model.reused += 1;
    await world.send({ ...taken.command, text: 'Under an id that is taken.' });
  }),
);

const trouble = fc
  .constantFrom(...TROUBLES)
  .map((switches) =>
    step(`trouble ${JSON.stringify(switches)}`, (_model, { world }) => world.faults({ ...CALM, ...switches })),
  );

const pass = fc.constantFrom(1, 12, 40, 130).map((seconds) =>
  step(`${seconds} seconds pass`, async (_model, { world }) => {
    await world.advance(seconds);
    await wait(200);
  }),
);

const customer = place.map((at) =>
  step(`the customer reads and writes in ${at}`, async (_model, { world, conversations }) => {
    const conversation = conversations[at] as Conversation;
    await world.customerReads(conversation);
    await world.customerWrites(conversation);
  }),
);

const steps = fc.commands([ask, ask, ask, takeBackEarly, takeBackElsewhere, takeBack, reuse, trouble, pass, customer], {
  maxCommands: 30,
  size: 'max',
});

describe('outbound, whatever is asked of it and whatever TikTok does,', function () {
  this.timeout(scaled(300_000, 1_800_000));
  let world: OutboundWorld;

  before(async () => {
    world = await createOutboundWorld();
    for (const _replica of [1, 2]) await world.startOutbound({ OUTBOUND_REQUESTS_PER_SECOND: '100' });
  });
  after(() => world.stop());

  /** As subscribers see them who drop what they have seen. */
  const statusesOf = ({ replyId }: SendReply): readonly Status[] => [
    ...new Map(
      world.statuses.filter(({ value }) => value.replyId === replyId).map((status) => [status.id, status]),
    ).values(),
  ];
  const verdictsOf = (command: SendReply) => statusesOf(command).filter(isVerdict);
  const untilVerdicts = async (commands: readonly SendReply[]): Promise<void> => {
    await world.faults(CALM);
    const open = () => commands.filter((command) => verdictsOf(command).length === 0);
    for (let tens = 0; tens < 400 && open().length > 0; tens += 1) {
      await wait(200);
      if (tens > 5) await world.advance(10);
    }
    expect(
      open().map(({ replyId }) => [replyId, ...world.namesOf(replyId)]),
      'without a verdict',
    ).to.deep.equal([]);
  };
  const outcomeOf = (command: SendReply): Outcome => {
    const [{ name, value }] = verdictsOf(command) as [Status];
    return (name === 'ReplyFailed' ? `${name} ${value.code}` : name) as Outcome;
  };
  const told = new Set([
    ...['ReplyQueued', 'ReplyDelayed', 'ReplySent', 'ReplyDelivered', 'ReplyRead', 'ReplyFailed'],
    ...['ReplyOutcomeUnknown', 'ReplyCancelled'],
  ]);
  const namesInStream = async (command: SendReply): Promise<readonly string[]> => {
    const rows = await world.database.client.$queryRawUnsafe<{ type: string }[]>(
      'SELECT type FROM events WHERE stream_id = $1 ORDER BY version',
      streamIdOf(command),
    );
    return rows.map(({ type }) => type).filter((type) => told.has(type));
  };

  const compare = async ({ asked }: Model, { conversations }: Real): Promise<void> => {
    for (const { command, outcomes } of asked) {
      expect(verdictsOf(command), `verdicts on ${command.replyId}`).to.have.length(1);
      expect([...outcomes], `what may become of ${command.replyId}`).to.include(outcomeOf(command));
      await eventually('the topic tells what the stream says', async () => {
        const [inStream, inTopic] = [await namesInStream(command), statusesOf(command).map(({ name }) => name)];
        return inStream.join() === inTopic.join();
      });
    }
    for (const conversation of conversations) {
      const here = asked.filter(({ command }) => command.conversationId === conversation.conversationId);
      const messages = here.filter(({ command }) => command.action === null).map(({ command }) => command);
      const sent = messages.filter((command) => outcomeOf(command) === 'ReplySent');
      const unknown = messages.filter((command) => outcomeOf(command) === 'ReplyOutcomeUnknown');
      const corrections = unknown.flatMap((command) => statusesOf(command).filter(({ value }) => value.corrects));
      const phone = (await world.phone(conversation)).filter(({ from }) => from === 'business');
      const ids = [
        ...sent.map((command) => verdictsOf(command)[0]?.value.messageId),
        ...corrections.map(({ value }) => value.messageId),
      ];
      const known = phone.filter(({ messageId }) => ids.includes(messageId));
      const others = phone.filter(({ messageId }) => !ids.includes(messageId)).map(({ text }) => text);
      expect(new Set(ids).size, 'a message of its own for each').to.equal(ids.length);
      expect(known, 'each once').to.have.length(ids.length);
      expect(
        others.filter((text) => !unknown.some((command) => command.text === text)),
        'nothing that nobody knows of',
      ).to.deep.equal([]);
      expect(others.length, 'what is unknown, once at most').to.be.at.most(unknown.length - corrections.length);
      const textsInOrder = phone.filter(({ messageId }) => ids.slice(0, sent.length).includes(messageId));
      expect(
        textsInOrder.map(({ text }) => text),
        'in order',
      ).to.deep.equal(sent.map(({ text }) => text));
    }
  };

  it('does to phone, topic and stream what a small model of a reply says', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (commands) => {
        const channelId = await world.newChannel();
        const conversations: Conversation[] = [];
        await world.faults(CALM);
        for (let made = 0; made < 3; made += 1) conversations.push(await world.newConversation(channelId, 1));
        const model: Model = { asked: [], reused: 0 };
        const real: Real = { world, conversations };
        const lettersBefore = world.deadLetters.length;
        await fc.asyncModelRun(() => ({ model, real }), commands);
        await untilVerdicts(model.asked.map(({ command }) => command));
        await compare(model, real);
        await eventually('a dead letter for each id that was taken', () => {
          const letters = world.deadLetters.slice(lettersBefore);
          return (
            letters.length >= model.reused && letters.every(({ headers }) => headers.dlq_reason === 'reply_id_reused')
          );
        });
      }),
      { seed: SEED, numRuns: RUNS, endOnFailure: true },
    );
  });
});
