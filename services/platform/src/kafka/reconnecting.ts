import type { Logger } from '../kernel/index.ts';
import { errorMessage, KafkaSendError } from './errors.ts';
import type { ProducerConnection } from './producer-connection.ts';
import { delay } from './wait.ts';

/** The one connection in use, and a fresh one after it has been discarded. */
export interface Reconnecting {
  /** Waits for the broker without bound; rejects only when closed meanwhile. */
  current(): Promise<ProducerConnection>;
  /** For a connection of which nobody knows any more what it has stored. */
  discard(reason: unknown): Promise<void>;
  close(): Promise<void>;
  readonly isClosed: boolean;
}

const RECONNECT_DELAY_MS = 500;

export const createReconnecting = (connect: () => ProducerConnection, logger: Logger): Reconnecting => {
  let connection: ProducerConnection | null = null;
  let isOpen = false;
  let isClosed = false;

  const discard = async (reason: unknown): Promise<void> => {
    const discarded = connection;
    connection = null;
    isOpen = false;
    if (isClosed) return;
    logger.warn('kafka.producer_discarded', { reason: errorMessage(reason) });
    await discarded?.close();
    await delay(RECONNECT_DELAY_MS);
  };

  const open = async (): Promise<ProducerConnection> => {
    for (;;) {
      if (isClosed) throw new KafkaSendError('stopped', 'the producer was stopped before it had a connection');
      connection = connect();
      try {
        await connection.open();
        isOpen = true;
        return connection;
      } catch (error) {
        await discard(error);
      }
    }
  };

  return {
    current: async () => (connection !== null && isOpen ? connection : open()),
    discard,
    async close() {
      isClosed = true;
      await connection?.close();
    },
    get isClosed() {
      return isClosed;
    },
  };
};
