/** Ends when the person presses Ctrl-C or the system asks the process to end; a second time ends it at once. */
export const untilInterrupted = (): { readonly signal: AbortSignal; readonly [Symbol.dispose]: () => void } => {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, end);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const signal of signals) process.off(signal, end);
    },
  };
};
