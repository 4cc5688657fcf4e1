const startedAt = performance.now();

const seconds = (): string => `${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s`;

export const say = (what: string): void => console.log(`${seconds()}  ${what}`);

/** Runs one check and tells how it went; answers whether it found nothing. Its problems are sentences for people. */
export const check = async (what: string, find: () => Promise<readonly string[]>): Promise<boolean> => {
  const problems = await find().catch((error: unknown) => [messageOf(error)]);
  say(`${problems.length === 0 ? 'ok    ' : 'FAILED'}  ${what}`);
  for (const problem of problems) console.error(problem.replace(/^/gm, '          '));
  return problems.length === 0;
};

const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { stderr, stdout } = error as { stderr?: unknown; stdout?: unknown };
  return [error.message.split('\n')[0], stdout, stderr]
    .filter((part) => typeof part === 'string' && part !== '')
    .join('\n');
};
