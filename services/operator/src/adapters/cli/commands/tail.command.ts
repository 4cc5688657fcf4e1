import { Argument, Command } from 'commander';
import type { Start } from '../../../application/ports.ts';
import type { TailOptions, TailOutput } from '../../../application/tail-topic.ts';
import { SHORT_NAMES, start, topicName, wholeNumber } from '../arguments.ts';
import { type CommandFunction, OK } from '../command.ts';
import { untilInterrupted } from '../interrupt.ts';
import { recordJson, recordLine } from '../record-line.ts';
import type { Terminal } from '../terminal.ts';

export type TailTopic = (topic: string, options: TailOptions, output: TailOutput) => Promise<void>;

interface Options {
  readonly from: Start;
  readonly key?: string;
  readonly type?: string;
  readonly count?: number;
  readonly json: boolean;
  readonly words: boolean;
}

/** `tail <topic>`: shows the records of a topic as they come. */
export const tailCommand = (terminal: Terminal, run: CommandFunction, tailTopic: TailTopic): Command =>
  new Command('tail')
    .description('show the records of a topic, decoded, as they come (Ctrl-C ends it)')
    .addArgument(new Argument('<topic>', `${[...SHORT_NAMES.keys()].join(', ')}, or a full name`).argParser(topicName))
    .option('--from <where>', 'beginning, end, or a time such as 2026-01-31T12:00:00Z', start, 'end' as Start)
    .option('--key <key>', 'only records with this key')
    .option('--type <name>', 'only records of this type, such as MessageReceived')
    .option('--count <n>', 'end after so many records', wholeNumber)
    .option('--json', 'print a JSON object per line', false)
    .option('--words', "show people's words and names, and raw content; without it their lengths", false)
    .action((topic: string, options: Options) =>
      run(async () => {
        using interrupt = untilInterrupted();
        const signal = AbortSignal.any([interrupt.signal, terminal.closed]);
        await tailTopic(topic, { ...options, signal }, outputOf(terminal, topic, options));
        return OK;
      }),
    );

/** From here on a person who watches would wonder. */
const WORTH_TELLING = 1_000n;

const outputOf = (terminal: Terminal, topic: string, { from, json, words }: Options): TailOutput => ({
  show: (records) =>
    terminal.print(
      records
        .map((record) => (json ? recordJson(record, words) : recordLine(record, { style: terminal.style, words })))
        .join('\n'),
    ),
  begins() {
    if (from !== 'end') return;
    const note = `Waiting for new records of ${topic}; --from beginning also shows those that are there. Ctrl-C ends it.`;
    terminal.note(terminal.style('dim', note));
  },
  lags(records) {
    if (records >= WORTH_TELLING) terminal.note(terminal.style('dim', `(${records} records behind)`));
  },
});
