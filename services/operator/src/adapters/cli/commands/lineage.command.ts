import { Command } from 'commander';
import type { Lineage } from '../../../application/operations.ts';
import { OK } from '../command.ts';
import { header, type OperationsCommand, shortType, shownTime } from '../operations.ts';
import { harmless, harmlessJson, type Terminal, table } from '../terminal.ts';

interface Options {
  readonly conversation?: string;
  readonly json: boolean;
}

/** `lineage`: the way of one message, from TikTok's log id to its status. */
export const lineageCommand = ({ terminal, run, withOperations }: OperationsCommand): Command =>
  new Command('lineage')
    .description('where one message stands in each step of its way; never what it says')
    .argument('<message>', 'the id of a message, or of a reply')
    .option('--conversation <id>', 'where it is known: finds a message at once among millions')
    .option('--json', 'print JSON', false)
    .action((id: string, { conversation, json }: Options) =>
      run(() =>
        withOperations(async ({ lineage }) => {
          const found = await lineage(id, conversation);
          await terminal.print(json ? harmlessJson(found, 2) : report(found, terminal));
          return OK;
        }),
      ),
    );

const report = (lineage: Lineage, terminal: Terminal): string => {
  const { style } = terminal;
  const facts = [...factsOf(lineage), ...replyFacts(lineage)].map(([name, value]) => [
    style('dim', name),
    harmless(value),
  ]);
  const records = lineage.records.map(({ at, type, topic, partition, offset, eventId }) => [
    shownTime(at),
    style('cyan', harmless(shortType(type))),
    harmless(`${topic} ${partition}@${offset}`),
    harmless(eventId ?? '–'),
  ]);
  const lines = [table(facts), '', table([header(terminal, ['record (UTC)', 'type', 'place', 'id']), ...records])];
  if (records.length === 0) lines.push('none is left, or none was found');
  if (!lineage.isSearchComplete) lines.push('', 'There is more on a topic around that time than was looked through.');
  if (lineage.reply !== null)
    lines.push('', `Each attempt stands in outbound: /operator/outbound/v1/replies/${harmless(lineage.reply.replyId)}`);
  return lines.join('\n');
};

type Fact = readonly [name: string, value: string];

const factsOf = ({ channelId, conversationId, message, status }: Lineage): readonly Fact[] => {
  const place: readonly Fact[] = [
    ['channel', channelId],
    ['conversation', conversationId],
  ];
  if (message === null) return [...place, ['status', status ?? '–']];
  return [
    ...place,
    ['message', message.messageId],
    ['kind', `${message.direction}, ${message.kind ?? 'unknown'}, by ${message.source ?? 'unknown'}`],
    [message.direction === 'incoming' ? 'sent' : 'echoed, sent', shownTime(message.sentAt)],
    ['received', shownTime(message.receivedAt)],
    ["TikTok's log id", message.logId ?? '–'],
    ['status', status ?? '–'],
  ];
};

const replyFacts = ({ reply }: Lineage): readonly Fact[] => {
  if (reply === null) return [];
  const { replyId, requestedAt, retryOf, attempts, times, failure } = reply;
  const facts: Fact[] = [['reply', replyId]];
  if (requestedAt !== null) facts.push(['asked for', shownTime(requestedAt)]);
  if (retryOf !== null) facts.push(['retry of', retryOf]);
  facts.push(['attempts', String(attempts)]);
  for (const [name, time] of Object.entries(times)) {
    if (time !== null) facts.push([name.replace(/At$/, ''), shownTime(time)]);
  }
  if (failure !== null) {
    const { code, tiktokCode, tiktokRequestId } = failure;
    facts.push(['failure', `${code} (TikTok ${tiktokCode ?? '–'}, request ${tiktokRequestId ?? '–'})`]);
  }
  return facts;
};
