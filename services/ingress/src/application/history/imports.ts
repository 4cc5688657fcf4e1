import type { Clock } from '@tiktok-channel/platform/kernel';
import { furtherOf, type ImportProgress, isOver, requestKey } from '../../domain/history/import-progress.ts';
import type { HistoryRequest } from '../../domain/records.ts';
import { isOfNotice, type NoticeRequest } from './find-noticed.ts';
import { begun, failedFrom, type ImportHistory } from './import-history.ts';
import type { PersistentPublisher } from './persistent-publisher.ts';
import type { HistoryReporter, ImportKind } from './ports.ts';
import { Stopped } from './wait-until.ts';

/** All imports that this process knows of. */
export interface Imports {
  /** Begins it, unless it is known: the same request again is the same import. */
  accept(request: HistoryRequest): 'begun' | 'known';
  /** What the topics say of earlier processes: goes on with each request that is not over. */
  resume(requests: readonly HistoryRequest[], progress: readonly ImportProgress[]): void;
  /** How many are under way. */
  open(): number;
  /** Resolves when none is under way any more. */
  settled(): Promise<void>;
}

/** Each import runs beside the others; TikTok's share of requests is what they wait in line for. */
export const createImports = ({
  importHistory,
  findNoticed,
  publisher,
  clock,
  reporter,
}: {
  readonly importHistory: ImportHistory;
  readonly findNoticed: (request: NoticeRequest) => Promise<ImportProgress>;
  readonly publisher: PersistentPublisher;
  readonly clock: Clock;
  readonly reporter: Pick<HistoryReporter, 'ended' | 'failed'>;
}): Imports => {
  const known = new Set<string>();
  const running = new Set<Promise<void>>();

  const endOf = async (request: HistoryRequest, before: ImportProgress | null): Promise<ImportProgress> => {
    try {
      return isOfNotice(request) ? await findNoticed(request) : await importHistory(request, before);
    } catch (error) {
      if (error instanceof Stopped) throw error;
      reporter.failed(request.channelId, request.requestId, error);
      return failedFrom(before ?? begun(request, clock.now()), 'unexpected_error', clock.now());
    }
  };
  const run = async (request: HistoryRequest, before: ImportProgress | null): Promise<void> => {
    try {
      const end = await endOf(request, before);
      await publisher.report(end);
      reporter.ended(end, kindOf(request));
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
  };
  const begin = (request: HistoryRequest, before: ImportProgress | null): 'begun' | 'known' => {
    const key = requestKey(request);
    if (known.has(key)) return 'known';
    known.add(key);
    const importing = run(request, before).finally(() => running.delete(importing));
    running.add(importing);
    return 'begun';
  };
  return {
    accept: (request) => begin(request, null),
    resume(requests, progress) {
      const furthest = furthestOf(progress);
      for (const [key, report] of furthest) if (isOver(report)) known.add(key);
      for (const request of requests) begin(request, furthest.get(requestKey(request)) ?? null);
    },
    open: () => running.size,
    settled: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
};

/** By request, the report that is furthest. */
const furthestOf = (progress: readonly ImportProgress[]): ReadonlyMap<string, ImportProgress> => {
  const furthest = new Map<string, ImportProgress>();
  for (const report of progress) {
    const key = requestKey(report);
    const found = furthest.get(key);
    furthest.set(key, found === undefined ? report : furtherOf(found, report));
  }
  return furthest;
};

const kindOf = (request: HistoryRequest): ImportKind => {
  if (isOfNotice(request)) return 'notice';
  return request.conversationId === null ? 'channel' : 'conversation';
};
