import type { Clock, IdGenerator } from '@tiktok-channel/platform/kernel';
import type { ReadRecord, ReadTopic, RecordAct, RequestHistory } from './ports.ts';

export interface ImportHistoryOptions {
  readonly channelId: string;
  /** All that TikTok lists when it is left out. */
  readonly conversationId?: string | undefined;
  readonly actor: string;
  readonly why: string;
  readonly onProgress: (report: ImportReport) => void;
  readonly signal: AbortSignal;
}

/** How far an import is, as history tells it. */
export interface ImportReport {
  readonly requestId: string;
  readonly channelId: string;
  readonly state: string;
  readonly conversationsTotal: number | null;
  readonly conversationsDone: number;
  readonly messagesFound: number;
  readonly reason: string | null;
}

/** The last report; null when the watching was ended before. */
export type ImportHistory = (options: ImportHistoryOptions) => Promise<ImportReport | null>;

interface Dependencies {
  /** Where reports are. */
  readonly topic: string;
  readonly readTopic: ReadTopic;
  readonly requestHistory: RequestHistory;
  readonly recordAct: RecordAct;
  readonly ids: IdGenerator;
  /** Of this machine, whose time records carry. */
  readonly clock: Clock;
}

/** Clocks of machines differ by less. */
const READ_BACK_MS = 5 * 60_000;

/** Asks for an import and watches it to its end. The act is on record before anything is asked for. */
export const createImportHistory =
  ({ topic, readTopic, requestHistory, recordAct, ids, clock }: Dependencies): ImportHistory =>
  async ({ channelId, conversationId, actor, why, onProgress, signal }) => {
    const requestId = ids.next();
    const from = clock.now() - READ_BACK_MS;
    await recordAct({ actor, action: 'history.import_requested', subject: channelId, reason: why });
    await requestHistory({ requestId, channelId, conversationId: conversationId ?? null, actor });

    const over = new AbortController();
    let end: ImportReport | null = null;
    await readTopic(topic, {
      from,
      until: 'forever',
      signal: AbortSignal.any([signal, over.signal]),
      async take(records) {
        for (const report of records.flatMap(reportIn).filter((each) => each.requestId === requestId)) {
          onProgress(report);
          if (!OVER.has(report.state)) continue;
          end = report;
          over.abort();
        }
      },
    });
    return end;
  };

const OVER: ReadonlySet<string> = new Set(['FINISHED', 'FAILED']);

const reportIn = ({ reading }: ReadRecord): readonly ImportReport[] =>
  reading.kind === 'record' && reading.name === 'HistoryImportProgressed' ? [reading.value as ImportReport] : [];
