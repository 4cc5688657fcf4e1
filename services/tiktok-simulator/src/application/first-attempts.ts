/** Lets people wait until the first attempt to tell of a message was made. */
export const createFirstAttempts = () => {
  const closed = new Map<string, PromiseWithResolvers<void>>();

  return {
    close: (messageId: string) => {
      if (!closed.has(messageId)) closed.set(messageId, Promise.withResolvers());
    },
    open: (messageId: string | null) => {
      if (messageId === null) return;
      closed.get(messageId)?.resolve();
      closed.delete(messageId);
    },
    wait: async (messageId: string) => closed.get(messageId)?.promise,
    stop: () => {
      for (const { resolve } of closed.values()) resolve();
      closed.clear();
    },
  };
};
