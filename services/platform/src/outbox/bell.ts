/** Lets one loop sleep until somebody rings. A ring while nobody sleeps ends the next sleep at once, so none is lost. */
export interface Bell {
  ring(): void;
  sleep(ms: number): Promise<void>;
}

export const createBell = (): Bell => {
  let hasRung = false;
  let wake = () => {
    // Nobody sleeps yet.
  };
  return {
    ring() {
      hasRung = true;
      wake();
    },
    async sleep(ms) {
      if (!hasRung) {
        const woken = Promise.withResolvers<void>();
        const timer = setTimeout(woken.resolve, ms);
        wake = woken.resolve;
        await woken.promise;
        clearTimeout(timer);
      }
      hasRung = false;
    },
  };
};
