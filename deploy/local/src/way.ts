import { containersUnavailable } from './containers/engine.ts';
import { missingForJava } from './servers/java.ts';
import type { Way } from './servers/server.ts';

/** Says which of two ways to use where both are open. */
const VARIABLE = 'LOCAL_DEPENDENCIES';

interface Reasons {
  readonly container: string | null;
  readonly process: string | null;
}

/** What this machine offers, best first. */
export const availableWays = async (): Promise<readonly Way[]> => {
  const reasons = await whyNot();

  return (['container', 'process'] as const).filter((way) => reasons[way] === null);
};

/** A container engine, else local processes; `LOCAL_DEPENDENCIES` decides where it is set. */
export const chooseWay = async (): Promise<Way> => {
  const wanted = process.env[VARIABLE];
  if (wanted) return wantedWay(wanted);
  const container = await containersUnavailable();
  if (container === null) return 'container';
  const missing = await missingForJava();
  if (missing.length === 0) return 'process';
  throw new Error(explain({ container, process: `missing: ${missing.join(', ')}` }));
};

/** What is missing is said before anything is started. */
const wantedWay = async (wanted: string): Promise<Way> => {
  if (wanted !== 'container' && wanted !== 'process') throw new Error(`${VARIABLE} must be container or process`);
  const reason = (await whyNot())[wanted];
  if (reason !== null) throw new Error(`${VARIABLE} is ${wanted}, which this machine does not offer: ${reason}`);

  return wanted;
};

const whyNot = async (): Promise<Reasons> => {
  const [container, missing] = await Promise.all([containersUnavailable(), missingForJava()]);

  return { container, process: missing.length > 0 ? `missing: ${missing.join(', ')}` : null };
};

const explain = ({
  container,
  process: local,
}: Reasons): string => `Kafka, a schema registry and PostgreSQL are needed, and this machine offers none of these ways to run them:

  1. a container engine, such as Docker       ${container}
  2. Java 17 or newer with Maven              ${local}
     (Debian and Ubuntu: apt-get install openjdk-17-jre-headless maven; macOS: brew install openjdk maven)
  3. servers that run elsewhere               set KAFKA_BROKERS, SCHEMA_REGISTRY_URL and POSTGRES_URL

Install what 1 or 2 names and run the command again.`;
