import { type Clock, ok, type Result } from '@tiktok-channel/platform/kernel';
import { matchNotice, mayHoldNoticed } from '../../domain/history/european-notice.ts';
import type { ImportProgress, ImportReason, ImportRefusal } from '../../domain/history/import-progress.ts';
import type { ListedMessage } from '../../domain/history/listed-message.ts';
import type { HistoryRequest } from '../../domain/records.ts';
import { begun, failedFrom } from './import-history.ts';
import type { PersistentPublisher } from './persistent-publisher.ts';
import { isOfOneConversation, type Lists } from './read-lists.ts';
import type { WaitUntil } from './wait-until.ts';

/** A request for the one message behind a European notice. */
export type NoticeRequest = HistoryRequest & { readonly noticedAt: number };

export const isOfNotice = (request: HistoryRequest): request is NoticeRequest => request.noticedAt !== null;

interface Dependencies {
  readonly lists: Lists;
  readonly publisher: PersistentPublisher;
  readonly waitUntil: WaitUntil;
  readonly clock: Clock;
}

/** A list may be behind the notice: so long after a look that found nothing comes the next one. */
const LOOK_AGAIN_AFTER_MS = [15_000, 60_000, 300_000] as const;
/** While a notice is as new as this, somebody is waiting for an answer; the lists have everything that is older. */
const NEW_FOR_MS = 10 * 60_000;

/** Runs a request to its end, which it answers. Rejects with `Stopped` when the process ends. */
export const createFindNoticed = ({ lists, publisher, waitUntil, clock }: Dependencies) => {
  const lookTogether = createLooks(lists, clock);

  /** Null when nothing matches yet. */
  const lookOnce = async (request: NoticeRequest): Promise<ImportProgress | null> => {
    const { channelId, noticedAt } = request;
    const before = begun(request, clock.now());
    const seen = await lookTogether(channelId, noticedAt);
    if (!seen.ok) return failedFrom(before, seen.error, clock.now());
    const match = matchNotice(noticedAt, seen.value.filter(isWantedBy(request)));
    if (match.kind === 'none') return null;
    if (match.kind === 'ambiguous') return finished(before, 'ambiguous', clock.now());
    const { event, reactions } = match.message;
    const published = await publisher.publish(channelId, [event, ...reactions]);
    if (!published.ok) return failedFrom(before, published.error, clock.now());
    return finished({ ...before, conversationsTotal: 1, conversationsDone: 1, messagesFound: 1 }, null, clock.now());
  };
  return async (request: NoticeRequest): Promise<ImportProgress> => {
    for (const againAfterMs of [...LOOK_AGAIN_AFTER_MS, null]) {
      const end = await lookOnce(request);
      if (end !== null) return end;
      if (againAfterMs === null || clock.now() - request.noticedAt > NEW_FOR_MS) break;
      await waitUntil(clock.now() + againAfterMs);
    }
    return finished(begun(request, clock.now()), 'no_match', clock.now());
  };
};

const finished = (progress: ImportProgress, reason: ImportReason | null, atMs: number): ImportProgress => ({
  ...progress,
  state: 'FINISHED',
  reason,
  at: atMs,
});

const isWantedBy =
  ({ conversationId }: HistoryRequest) =>
  ({ event }: ListedMessage): boolean =>
    conversationId === null || event.key === conversationId;

type Look = Result<readonly ListedMessage[], ImportRefusal>;

interface WaitingLook {
  /** Times of the notices that it is for. */
  readonly notices: number[];
  readonly result: Promise<Look>;
}

/**
 * A look lists a channel's conversations and reads those that may hold a message of the notice. Notices that come while
 * one is under way share the next one: with one request a second, a look for each would fall behind busy channels.
 */
const createLooks = (lists: Lists, clock: Clock): ((channelId: string, noticedAt: number) => Promise<Look>) => {
  const waiting = new Map<string, WaitingLook>();
  const underWay = new Map<string, Promise<void>>();

  const begin = (channelId: string, noticedAt: number): WaitingLook => {
    const notices = [noticedAt];
    const result = (underWay.get(channelId) ?? Promise.resolve()).then(() => {
      waiting.delete(channelId);
      const sinceMs = Math.min(...notices);
      return look(lists, channelId, { sinceMs, isUrgent: clock.now() - sinceMs <= NEW_FOR_MS });
    });
    // Whoever waits for a look hears of its failure; the next one begins all the same.
    const settled = result.then(noop, noop).then(() => {
      if (underWay.get(channelId) === settled) underWay.delete(channelId);
    });
    underWay.set(channelId, settled);
    const begun = { notices, result };
    waiting.set(channelId, begun);
    return begun;
  };

  return (channelId, noticedAt) => {
    const joined = waiting.get(channelId);
    if (joined === undefined) return begin(channelId, noticedAt).result;
    joined.notices.push(noticedAt);
    return joined.result;
  };
};

const noop = (): void => {};

const look = async (
  lists: Lists,
  channelId: string,
  { sinceMs, ...urgency }: { readonly sinceMs: number; readonly isUrgent: boolean },
): Promise<Look> => {
  const listed = await lists.conversations(channelId, urgency);
  if (!listed.ok) return listed;
  const seen: ListedMessage[] = [];
  for (const conversation of listed.value.filter((each) => mayHoldNoticed(each, sinceMs))) {
    const content = await lists.content(channelId, conversation, urgency);
    if (content.ok) seen.push(...content.value.messages);
    else if (!isOfOneConversation(content.error)) return content;
  }
  return ok(seen);
};
