const startedAt = performance.now();

/** A run takes minutes, and says what it waits for. */
export const say = (what: string): void =>
  void process.stdout.write(`    ${((performance.now() - startedAt) / 1_000).toFixed(0).padStart(4)} s  ${what}\n`);
