import { pino } from 'pino';
import type { LogFields, Logger } from '../kernel/index.ts';

/** JSON lines on standard output: `level`, `time`, `service`, `event` and the caller's fields. */
export const createLogger = ({
  service,
  level = 'info',
}: {
  readonly service: string;
  readonly level?: string;
}): Logger => {
  const sink = pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
  const fieldsOf = (event: string, fields: LogFields | undefined, error?: unknown) => ({
    event,
    ...fields,
    ...(error === undefined ? {} : { error: describeError(error) }),
  });
  return {
    debug: (event, fields) => {
      // Off at full load, where even putting the fields together would be felt.
      if (sink.isLevelEnabled('debug')) sink.debug(fieldsOf(event, fields));
    },
    info: (event, fields) => sink.info(fieldsOf(event, fields)),
    warn: (event, fields, error) => sink.warn(fieldsOf(event, fields, error)),
    error: (event, fields, error) => sink.error(fieldsOf(event, fields, error)),
  };
};

const MAX_CAUSES = 4;

/**
 * Name, code, place and causes of an error. The message only of errors that this product made or that are known to
 * hold none of the data: a driver's message can quote a row, so of others only the first line's name and code are kept.
 */
export const describeError = (error: unknown): Record<string, unknown> => {
  const chain: Record<string, unknown>[] = [];
  let current: unknown = error;
  while (current instanceof Error && chain.length < MAX_CAUSES) {
    chain.push(describeOne(current));
    current = current.cause;
  }
  const [first, ...causes] = chain;
  if (first === undefined) return { name: typeof error };
  return causes.length === 0 ? first : { ...first, causes };
};

const FOREIGN = /^(?:Prisma|DriverAdapter|error$|DatabaseError|Zod)/;

const describeOne = (error: Error): Record<string, unknown> => ({
  name: error.name,
  ...('code' in error ? { code: String(error.code) } : {}),
  ...(FOREIGN.test(error.name) ? {} : { message: error.message }),
  at: error.stack
    ?.split('\n')
    .find((line) => line.trimStart().startsWith('at '))
    ?.trim(),
});
