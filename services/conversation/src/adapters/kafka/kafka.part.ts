import type { Consumer, Producer } from '@tiktok-channel/platform/kafka';
import type { FromRegistry, Part } from '@tiktok-channel/platform/lifecycle';
import type { Codec } from '@tiktok-channel/schemas';

/**
 * What needs the registry and the broker. It starts beside the rest of the process, however long the two take: what is
 * stored can be read meanwhile.
 */
export const createKafkaPart = ({
  schemas,
  deadLetters,
  consumer,
  onFatal,
}: {
  readonly schemas: FromRegistry<Codec>;
  readonly deadLetters: Producer;
  readonly consumer: () => Consumer;
  readonly onFatal: (error: Error) => void;
}): Part & { readonly consumers: () => readonly Consumer[] } => {
  let running: Consumer | null = null;
  let isStopping = false;

  const begin = async (): Promise<void> => {
    await schemas.start();
    if (isStopping) return;
    await deadLetters.start();
    if (isStopping) return;
    running = consumer();
    await running.start();
  };
  return {
    name: 'projection',
    start: () => {
      begin().catch((error: unknown) => {
        if (!isStopping) onFatal(error instanceof Error ? error : new Error('the projection did not start'));
      });
    },
    stop: async () => {
      isStopping = true;
      await schemas.stop();
      await running?.stop();
      await deadLetters.stop();
    },
    consumers: () => (running === null ? [] : [running]),
    health: () => running?.health() ?? { alive: true, reason: 'waits for the registry or the broker' },
  };
};
