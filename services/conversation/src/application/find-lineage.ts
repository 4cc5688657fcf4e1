import type { ReplyView } from './views.ts';

/** Where one message or reply stands in each step of its way, as far as this service knows. */
export interface Lineage {
  readonly channelId: string;
  readonly conversationId: string;
  /** Null for a reply that has become no message yet. */
  readonly message: MessageTrace | null;
  readonly reply: ReplyTrace | null;
  /** Of what the business sent; null for what a customer wrote. */
  readonly status: ReplyView['status'] | null;
  /** In the order of their time. */
  readonly records: readonly RecordTrace[];
  /** False when a topic holds more around that time than was looked through. */
  readonly isSearchComplete: boolean;
}

/** The row, without what it says. For what the business sent it is the echo. */
export interface MessageTrace {
  readonly messageId: string;
  readonly direction: string;
  readonly kind: string | null;
  readonly source: string | null;
  readonly sentAt: number;
  /** When the first delivery of it arrived. */
  readonly receivedAt: number;
  /** TikTok's, of a delivery. */
  readonly logId: string | null;
}

export interface ReplyTrace {
  readonly replyId: string;
  /** Whether it was asked for over this service's API, and when. */
  readonly requestedAt: number | null;
  readonly retryOf: string | null;
  readonly attempts: number;
  readonly times: Readonly<
    Record<'queuedAt' | 'delayedAt' | 'unknownAt' | 'settledAt' | 'failedAt' | 'cancelledAt', number | null> &
      Record<'sentAt' | 'deliveredAt' | 'readAt', number | null>
  >;
  readonly failure: {
    readonly code: string;
    readonly tiktokCode: number | null;
    readonly tiktokRequestId: string | null;
  } | null;
}

export interface RecordTrace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly at: number;
  /** Full name of the record, and its natural id. */
  readonly type: string | null;
  readonly eventId: string | null;
}

type StoredLineage = Omit<Lineage, 'records' | 'isSearchComplete'>;

/** Finds by the id of a message or of a reply; null when nothing of that id is stored. */
export type FindStoredLineage = (id: string, conversationId: string | null) => Promise<StoredLineage | null>;

/** Looks in the topics for the records that the stored rows were made of. */
export type FindRecords = (stored: StoredLineage) => Promise<Pick<Lineage, 'records' | 'isSearchComplete'>>;

export type FindLineage = (id: string, conversationId: string | null) => Promise<Lineage | null>;

/** Nothing is stored for this alone: rows say what came of a message, and the topics keep every record of it. */
export const createFindLineage =
  ({
    findStored,
    findRecords,
  }: {
    readonly findStored: FindStoredLineage;
    readonly findRecords: FindRecords;
  }): FindLineage =>
  async (id, conversationId) => {
    const stored = await findStored(id, conversationId);
    return stored === null ? null : { ...stored, ...(await findRecords(stored)) };
  };
