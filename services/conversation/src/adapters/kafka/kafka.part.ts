import { setTimeout as wait } from 'node:timers/promises';
import type { Consumer, Producer } from '@tiktok-channel/platform/kafka';
import { DependencyUnavailable, type Logger } from '@tiktok-channel/platform/kernel';
import type { Part } from '@tiktok-channel/platform/lifecycle';
import type { Codec } from '@tiktok-channel/schemas';

const REGISTRY_PAUSE_MS = 1_000;

export interface OpenCodec {
  /** Throws while the registry has not told the ids of the schemas yet. */
  current(): Codec;
}

/**
 * What needs the registry and the broker. It starts beside the rest of the process, however long the two take: what is
 * stored can be read meanwhile.
 */
export const createKafkaPart = ({
  openCodec,
  deadLetters,
  consumer,
  onFatal,
  logger,
}: {
  readonly openCodec: () => Promise<Codec>;
  readonly deadLetters: Producer;
  readonly consumer: () => Consumer;
  readonly onFatal: (error: Error) => void;
  readonly logger: Logger;
}): Part & OpenCodec => {
  let codec: Codec | null = null;
  let running: Consumer | null = null;
  let isStopping = false;

  const waitForCodec = async (): Promise<void> => {
    while (codec === null && !isStopping) {
      try {
        codec = await openCodec();
      } catch (error) {
        logger.warn('registry.unavailable', { retryAfterMs: REGISTRY_PAUSE_MS }, error);
        await wait(REGISTRY_PAUSE_MS);
      }
    }
  };
  const begin = async (): Promise<void> => {
    await waitForCodec();
    if (isStopping) return;
    await deadLetters.start();
    if (isStopping) return;
    running = consumer();
    await running.start();
  };
  return {
    name: 'projection',
    current: () => {
      if (codec === null) throw new DependencyUnavailable('registry');
      return codec;
    },
    start: () => {
      begin().catch((error: unknown) => {
        if (!isStopping) onFatal(error instanceof Error ? error : new Error('the projection did not start'));
      });
    },
    stop: async () => {
      isStopping = true;
      await running?.stop();
      await deadLetters.stop();
    },
    health: () => running?.health() ?? { alive: true, reason: 'waits for the registry or the broker' },
  };
};
