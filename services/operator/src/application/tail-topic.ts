import type { ReadRecord, ReadTopic, Start } from './ports.ts';

export interface TailOptions {
  readonly from: Start;
  readonly key?: string | undefined;
  /** Short or full name of a record. */
  readonly type?: string | undefined;
  /** Ends after so many records that are meant. */
  readonly count?: number | undefined;
  readonly signal: AbortSignal;
}

export interface TailOutput {
  /** The next records come when this has resolved. */
  show(records: readonly ReadRecord[]): Promise<void>;
  begins(): void;
  lags(records: bigint): void;
}

/** Shows a topic as it grows, until it is told to end or has shown what was asked for. */
export const createTailTopic =
  (readTopic: ReadTopic) =>
  async (topic: string, options: TailOptions, output: TailOutput): Promise<void> => {
    const enough = new AbortController();
    let missing = options.count ?? Number.POSITIVE_INFINITY;
    await readTopic(topic, {
      from: options.from,
      until: 'forever',
      signal: AbortSignal.any([options.signal, enough.signal]),
      begins: output.begins,
      lags: output.lags,
      async take(records) {
        const meant = records.filter((record) => isMeant(record, options)).slice(0, missing);
        missing -= meant.length;
        if (meant.length > 0) await output.show(meant);
        if (missing <= 0) enough.abort();
      },
    });
  };

const isMeant = ({ key, reading, headers }: ReadRecord, wanted: TailOptions): boolean => {
  if (wanted.key !== undefined && key !== wanted.key) return false;
  if (wanted.type === undefined) return true;
  const names = [headers.ce_type, headers.ce_type?.split('.').at(-1)];
  if (reading.kind === 'record') names.push(reading.name);
  if (reading.kind === 'unknownType') names.push(reading.fullName, reading.fullName.split('.').at(-1));
  return names.includes(wanted.type);
};
