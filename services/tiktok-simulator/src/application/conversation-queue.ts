interface Options<T> {
  /** How many conversations are worked on at a time. */
  readonly concurrency: number;
  /** Must not reject. */
  readonly work: (item: T) => Promise<void>;
}

export interface ConversationQueue<T> {
  add(conversationId: string, item: T): void;
  stop(): void;
}

/** One item after the other within a conversation, a bounded number of conversations beside each other, each in turn. */
export const createConversationQueue = <T>({ concurrency, work }: Options<T>): ConversationQueue<T> => {
  const queues = new Map<string, T[]>();
  let turns: string[] = [];
  let head = 0;
  let active = 0;
  let isStopped = false;

  const nextTurn = (): string | undefined => {
    const turn = turns[head];
    head += 1;
    if (head > 1_000 && head * 2 > turns.length) {
      turns = turns.slice(head);
      head = 0;
    }
    return turn;
  };
  const pump = () => {
    while (!isStopped && active < concurrency && head < turns.length) {
      const conversationId = nextTurn();
      if (conversationId !== undefined) void takeTurn(conversationId);
    }
  };
  const takeTurn = async (conversationId: string) => {
    const items = queues.get(conversationId) ?? [];
    const item = items.shift();
    active += 1;
    if (item !== undefined) await work(item);
    active -= 1;
    if (items.length > 0) turns.push(conversationId);
    else queues.delete(conversationId);
    pump();
  };

  return {
    add: (conversationId, item) => {
      const items = queues.get(conversationId);
      if (items !== undefined) {
        items.push(item);
        return;
      }
      queues.set(conversationId, [item]);
      turns.push(conversationId);
      pump();
    },
    stop: () => {
      isStopped = true;
    },
  };
};
