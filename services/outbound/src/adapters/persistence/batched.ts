import { DependencyUnavailable } from '@tiktok-channel/platform/kernel';

export interface BatchOptions {
  /** Batches under way at the same time; what is asked for meanwhile fills the next. */
  readonly atOnce?: number;
  /** Of one batch. */
  readonly most?: number;
}

interface Asked<In, Out> {
  readonly input: In;
  readonly resolve: (output: Out) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One round trip for all who ask at the same time. `run` answers in the order of its inputs. No timer adds latency: a lone
 * question goes at once, and batches grow while earlier ones are under way. A batch that fails is repeated one by one, so
 * that nobody fails for another's sake; not so while the database is away, when all would.
 */
export const batched = <In, Out>(
  run: (inputs: readonly In[]) => Promise<readonly Out[]>,
  { atOnce = 2, most = 500 }: BatchOptions = {},
): ((input: In) => Promise<Out>) => {
  const waiting: Asked<In, Out>[] = [];
  let underWay = 0;
  let isPlanned = false;

  const next = (): void => {
    isPlanned = false;
    while (underWay < atOnce && waiting.length > 0) {
      underWay += 1;
      void settle(run, waiting.splice(0, most)).then(() => {
        underWay -= 1;
        next();
      });
    }
  };
  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject });
      // What is asked in the same turn of the event loop goes together.
      if (!isPlanned) setImmediate(next);
      isPlanned = true;
    });
};

const settle = async <In, Out>(
  run: (inputs: readonly In[]) => Promise<readonly Out[]>,
  batch: readonly Asked<In, Out>[],
): Promise<void> => {
  try {
    const outputs = await run(batch.map(({ input }) => input));
    for (const [index, { resolve }] of batch.entries()) resolve(outputs[index] as Out);
  } catch (error) {
    const isAlone = batch.length === 1 || error instanceof DependencyUnavailable;
    if (!isAlone) await Promise.all(batch.map((one) => settle(run, [one])));
    for (const { reject } of isAlone ? batch : []) reject(error);
  }
};
