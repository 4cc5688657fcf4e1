import { parseArgs } from 'node:util';

export type StartArguments =
  | { readonly kind: 'run'; readonly replicas: number }
  /** Somebody asked for it. */
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'wrong'; readonly text: string };

const MOST_REPLICAS = 4;

export const USAGE = `npm start [-- <options>]

Runs the whole product on this machine until Ctrl-C: Kafka, a schema registry, PostgreSQL, the TikTok simulator,
the services and the console, with a demo account that is connected.

  --replicas <n>   how many of each service run, 1 to ${MOST_REPLICAS} (1 by default): ingress, auth, conversation, outbound.
                   There is one console, the public origin, and one simulator, which keeps everything in its memory.
  --help           says this

Ports and dependencies are settings: deploy/local/README.md lists them.`;

/** What follows `npm start --`. */
export const readStartArguments = (args: readonly string[]): StartArguments => {
  const parsed = parse(args);
  if (typeof parsed === 'string') return wrong(parsed);
  if (parsed.help) return { kind: 'help', text: USAGE };
  const { replicas } = parsed;
  if (!/^\d+$/.test(replicas) || Number(replicas) < 1 || Number(replicas) > MOST_REPLICAS) {
    return wrong(`--replicas takes a whole number from 1 to ${MOST_REPLICAS}, not ${JSON.stringify(replicas)}`);
  }

  return { kind: 'run', replicas: Number(replicas) };
};

const wrong = (reason: string): StartArguments => ({ kind: 'wrong', text: `${reason}\n\n${USAGE}` });

/** The options, or what is wrong with them. */
const parse = (args: readonly string[]): { readonly help: boolean; readonly replicas: string } | string => {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { replicas: { type: 'string', default: '1' }, help: { type: 'boolean', short: 'h', default: false } },
      allowPositionals: true,
    });
    const [stray] = positionals;

    // npm takes options for its own that come before `--`, and passes on what stands behind them.
    return stray === undefined
      ? values
      : `npm start takes no ${JSON.stringify(stray)}; options come after --, as in: npm start -- --replicas 2`;
  } catch (error) {
    // Only the first sentence: what follows tells how to escape things that nobody means here.
    return error instanceof Error ? (error.message.split(/[.\n]/)[0] ?? error.message) : String(error);
  }
};
