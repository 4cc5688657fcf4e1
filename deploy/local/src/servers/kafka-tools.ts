import { join } from 'node:path';
import { execa } from 'execa';
import { kafkaToolLibraries } from './java.ts';

export interface ProducerToolOptions {
  readonly brokers: string;
  readonly topic: string;
  readonly records: number;
  readonly recordSizeBytes: number;
}

const SUMMARY = /([\d.]+) records\/sec/g;

/** Records a second that the broker's own producer tool writes: acks=all, idempotent, as fast as it can. */
export const measureProducerTool = async ({
  brokers,
  topic,
  records,
  recordSizeBytes,
}: ProducerToolOptions): Promise<number> => {
  const { stdout } = await execa('java', [
    '-Xmx256m',
    '-cp',
    join(await kafkaToolLibraries(), '*'),
    'org.apache.kafka.tools.ProducerPerformance',
    ...['--topic', topic, '--num-records', String(records), '--record-size', String(recordSizeBytes)],
    ...['--throughput', '-1'],
    ...['--producer-props', `bootstrap.servers=${brokers}`, 'acks=all', 'enable.idempotence=true'],
  ]);
  // The tool reports on its way; the last figure is that of the whole run.
  const figures = [...stdout.matchAll(SUMMARY)].map(([, figure]) => Number(figure));
  const [last] = figures.toReversed();
  if (last === undefined) throw new Error(`the producer tool printed no figure: ${stdout.slice(0, 200)}`);
  return last;
};
