import type { Logger } from '@tiktok-channel/platform/kernel';
import { declaringMeter } from '@tiktok-channel/platform/telemetry';
import type { HistoryReporter } from './application/history/ports.ts';

const SCOPE = '@tiktok-channel/ingress/history';

const OUTCOME = 'tiktok_channel.outcome';
const REASON = 'tiktok_channel.reason';
const KIND = 'tiktok_channel.kind';

/** Metrics of the meter provider that is registered when this is called. */
export const createHistoryReporter = (logger: Logger): HistoryReporter => {
  const meter = declaringMeter(SCOPE);
  const imports = meter.createCounter('tiktok_channel.history.imports', {
    description: 'Imports that ended, by outcome, reason and kind',
    labels: {
      [OUTCOME]: ['finished', 'failed'],
      [REASON]: 'why an import failed, none otherwise',
      [KIND]: 'what was imported: a channel, or the conversation behind a European notice',
    },
  });
  const messages = meter.createCounter('tiktok_channel.history.messages', {
    description: 'Messages that lists have shown, read and not',
    labels: { [OUTCOME]: ['read', 'unread'] },
  });
  const waits = meter.createCounter('tiktok_channel.history.waits', {
    description: 'Times that an import waited for what was away, by reason',
    labels: { [REASON]: 'what was waited for' },
  });

  return {
    waits(channelId, reason) {
      waits.add(1, { [REASON]: reason });
      logger.warn('history.waits', { channelId, reason });
    },
    read(channelId, { messages: count, unread }) {
      messages.add(count, { [OUTCOME]: 'read' });
      if (unread > 0) messages.add(unread, { [OUTCOME]: 'unread' });
      logger.debug('history.conversation_read', { channelId, messages: count, unread });
    },
    skipped: (channelId, conversationId, reason) =>
      logger.warn('history.conversation_skipped', { channelId, conversationId, reason }),
    ended({ channelId, requestId, state, reason, ...counts }, kind) {
      const outcome = state === 'FAILED' ? 'failed' : 'finished';
      imports.add(1, { [OUTCOME]: outcome, [REASON]: reason ?? 'none', [KIND]: kind });
      const { conversationsDone, messagesFound } = counts;
      logger.info(`history.${outcome}`, { channelId, requestId, kind, reason, conversationsDone, messagesFound });
    },
    failed: (channelId, requestId, error) => logger.error('history.unexpected_error', { channelId, requestId }, error),
  };
};

/** How many imports are under way, whenever metrics are asked for. */
export const observeOpenImports = (open: () => number): void => {
  declaringMeter(SCOPE)
    .createObservableGauge('tiktok_channel.history.open_imports', { description: 'Imports that are under way' })
    .addCallback((result) => result.observe(open()));
};
