import { type Clock, ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import type { WebhookEvent } from '../../domain/events.ts';
import type { ImportProgress } from '../../domain/history/import-progress.ts';
import { PublishError } from '../ports.ts';
import type { HistoryPublisher, HistoryReporter } from './ports.ts';
import { Stopped, type WaitUntil } from './wait-until.ts';

/** The publisher, made to wait for a broker that is away: nothing that was read is lost, and nothing is read meanwhile. */
export interface PersistentPublisher {
  publish(channelId: string, events: readonly WebhookEvent[]): Promise<Result<void, 'record_refused'>>;
  report(progress: ImportProgress): Promise<Result<void, 'record_refused'>>;
}

const AGAIN_AFTER_MS = 1_000;

export const createPersistentPublisher = ({
  publisher,
  waitUntil,
  clock,
  reporter,
}: {
  readonly publisher: HistoryPublisher;
  readonly waitUntil: WaitUntil;
  readonly clock: Clock;
  readonly reporter: Pick<HistoryReporter, 'waits'>;
}): PersistentPublisher => {
  const persistently = async (
    channelId: string,
    send: () => Promise<void>,
  ): Promise<Result<void, 'record_refused'>> => {
    for (;;) {
      const sent = await tryTo(send);
      if (sent !== null) return sent;
      reporter.waits(channelId, 'broker_unavailable');
      await waitUntil(clock.now() + AGAIN_AFTER_MS);
    }
  };
  return {
    publish: (channelId, events) => persistently(channelId, () => publisher.publish(events)),
    report: (progress) => persistently(progress.channelId, () => publisher.report(progress)),
  };
};

/** Null when it may work later. */
const tryTo = async (send: () => Promise<void>): Promise<Result<void, 'record_refused'> | null> => {
  try {
    return ok(await send());
  } catch (error) {
    if (!(error instanceof PublishError)) throw error;
    if (error.code === 'stopped') throw new Stopped();
    return error.code === 'record_refused' ? refuse(error.code) : null;
  }
};
