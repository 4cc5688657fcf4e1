import type { HistoryRequest } from '../records.ts';
import type { ListedConversation } from './listed-conversations.ts';

export type ImportState = 'UNKNOWN' | 'STARTED' | 'RUNNING' | 'FINISHED' | 'FAILED';

/** How far an import is, and where it goes on. */
export interface ImportProgress {
  readonly channelId: string;
  readonly requestId: string;
  readonly state: ImportState;
  readonly conversationsTotal: number | null;
  readonly conversationsDone: number;
  readonly messagesFound: number;
  /** Id of the conversation that was read last. */
  readonly resumeAfter: string | null;
  /** An `ImportReason`, or one that a newer version wrote. */
  readonly reason: string | null;
  readonly at: number;
}

/** Why an import failed, or what it did not find. */
export type ImportReason =
  | ImportRefusal
  /** It finished, and TikTok did not show some of its conversations. */
  | 'conversations_skipped'
  /** Of a European notice: no message of that time is listed, or several are. */
  | 'no_match'
  | 'ambiguous';

/** What no repetition helps with. */
export type ImportRefusal =
  | 'channel_unknown'
  | 'channel_disconnected'
  | 'channel_needs_reauthorization'
  | 'token_refused'
  | 'missing_scope'
  | 'not_found'
  | 'rejected_by_tiktok'
  | 'unreadable_answer'
  | 'record_refused'
  | 'unexpected_error';

export const isOver = ({ state }: ImportProgress): boolean => state === 'FINISHED' || state === 'FAILED';

/** The name of a request among those of all channels. */
export const requestKey = ({ channelId, requestId }: Pick<HistoryRequest, 'channelId' | 'requestId'>): string =>
  JSON.stringify([channelId, requestId]);

/** Of two reports on one import the one that is further; two processes may have worked on it. */
export const furtherOf = (one: ImportProgress, other: ImportProgress): ImportProgress => {
  if (isOver(one) !== isOver(other)) return isOver(one) ? one : other;
  return (one.resumeAfter ?? '') > (other.resumeAfter ?? '') ? one : other;
};

/** The conversations that a request wants, of all that TikTok lists. One that it names is read also when it is not listed. */
export const wantedBy = (
  { conversationId }: HistoryRequest,
  listed: readonly ListedConversation[],
): readonly ListedConversation[] => {
  if (conversationId === null) return listed;
  const found = listed.find((conversation) => conversation.conversationId === conversationId);
  return [found ?? { conversationId, updatedAt: null, ads: [] }];
};

/** How many of the conversations, in their order, an earlier run has read. */
export const readBefore = (wanted: readonly ListedConversation[], resumeAfter: string | null): number =>
  resumeAfter === null ? 0 : wanted.filter(({ conversationId }) => conversationId <= resumeAfter).length;
