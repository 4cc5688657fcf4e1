import { type Clock, ok, type Result } from '@tiktok-channel/platform/kernel';
import {
  type ImportProgress,
  type ImportReason,
  type ImportRefusal,
  readBefore,
  wantedBy,
} from '../../domain/history/import-progress.ts';
import { eventsOf } from '../../domain/history/listed-content.ts';
import type { ListedConversation } from '../../domain/history/listed-conversations.ts';
import type { HistoryRequest } from '../../domain/records.ts';
import type { PersistentPublisher } from './persistent-publisher.ts';
import type { HistoryReporter } from './ports.ts';
import { isOfOneConversation, type Lists } from './read-lists.ts';

/**
 * Runs one request to its end, which it answers, from where an earlier run of it came to (`before`). Rejects with
 * `Stopped` when the process ends.
 */
export type ImportHistory = (request: HistoryRequest, before: ImportProgress | null) => Promise<ImportProgress>;

interface Dependencies {
  readonly lists: Lists;
  readonly publisher: PersistentPublisher;
  readonly clock: Clock;
  readonly reporter: Pick<HistoryReporter, 'skipped'>;
}

const UNHURRIED = { isUrgent: false } as const;

/**
 * Reads a channel, or one conversation of it. What a conversation holds is published before the progress that says so:
 * a crash between the two publishes it again, under the same ids.
 */
export const createImportHistory = (dependencies: Dependencies): ImportHistory => {
  const { lists, publisher, clock } = dependencies;

  /** Each conversation is behind the one before, whatever TikTok's list does meanwhile. */
  const importAll = async (
    request: HistoryRequest,
    from: ImportProgress,
    wanted: readonly ListedConversation[],
  ): Promise<ImportProgress> => {
    let progress = from;
    let reason: ImportReason | null = null;
    for (const conversation of wanted.slice(from.conversationsDone)) {
      const imported = await importConversation(dependencies, request, conversation);
      if (!imported.ok) return failedFrom(progress, imported.error, clock.now());
      if (imported.value === null) reason = 'conversations_skipped';
      progress = behind(progress, conversation, { messages: imported.value ?? 0, atMs: clock.now() });
      await publisher.report(progress);
    }
    return { ...progress, state: 'FINISHED', reason, at: clock.now() };
  };
  return async (request, before) => {
    const earlier = before ?? begun(request, clock.now());
    const listed = await lists.conversations(request.channelId, UNHURRIED);
    if (!listed.ok) return failedFrom(earlier, listed.error, clock.now());
    const wanted = wantedBy(request, listed.value);
    const conversationsDone = readBefore(wanted, earlier.resumeAfter);
    const progress = { ...earlier, conversationsTotal: wanted.length, conversationsDone };
    if (before === null) await publisher.report(progress);
    return importAll(request, progress, wanted);
  };
};

/** Answers how many messages it had; null when it was left out. */
const importConversation = async (
  { lists, publisher, reporter }: Dependencies,
  request: HistoryRequest,
  conversation: ListedConversation,
): Promise<Result<number | null, ImportRefusal>> => {
  const content = await lists.content(request.channelId, conversation, UNHURRIED);
  if (content.ok) {
    const published = await publisher.publish(request.channelId, eventsOf(content.value));
    return published.ok ? ok(content.value.messages.length) : published;
  }
  if (request.conversationId !== null || !isOfOneConversation(content.error)) return content;
  reporter.skipped(request.channelId, conversation.conversationId, content.error);
  return ok(null);
};

const behind = (
  progress: ImportProgress,
  { conversationId }: ListedConversation,
  { messages, atMs }: { readonly messages: number; readonly atMs: number },
): ImportProgress => ({
  ...progress,
  state: 'RUNNING',
  conversationsDone: progress.conversationsDone + 1,
  messagesFound: progress.messagesFound + messages,
  resumeAfter: conversationId,
  at: atMs,
});

/** The report of an import that has not read anything. */
export const begun = ({ channelId, requestId }: HistoryRequest, atMs: number): ImportProgress => ({
  channelId,
  requestId,
  state: 'STARTED',
  conversationsTotal: null,
  conversationsDone: 0,
  messagesFound: 0,
  resumeAfter: null,
  reason: null,
  at: atMs,
});

/** The last report of an import that came to nothing. */
export const failedFrom = (progress: ImportProgress, reason: ImportRefusal, atMs: number): ImportProgress => ({
  ...progress,
  state: 'FAILED',
  reason,
  at: atMs,
});
