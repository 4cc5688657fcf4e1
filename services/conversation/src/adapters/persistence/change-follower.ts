import { onDatabase, type SqlClient } from '@tiktok-channel/platform/postgres';
import type { ChangeFollower, LoggedChange } from '../../application/ports.ts';
import { share } from './build-locks.ts';
import { createChangeLog } from './change-log.ts';
import type { Database } from './database.ts';

/** A conversation in which something changed. */
export interface ConversationKey {
  readonly channelId: string;
  readonly conversationId: string;
}

export interface ChangedThings {
  /** Each once. */
  readonly conversations: readonly ConversationKey[];
  readonly messages: readonly (ConversationKey & { readonly messageId: string })[];
}

/** Does in the transaction what has to follow from the changes. It may be given the same change again. */
export type FollowUp = (tx: SqlClient, changed: ChangedThings, atMs: number) => Promise<void>;

const NAME = 'derived';
const PAGE_SIZE = 500;
const TRANSACTION_TIMEOUT_MS = 30_000;

/**
 * What has to follow from every change although the projection must not wait for it: it reads the log in its order, one
 * replica at a time, and its place moves in the transaction of what it does.
 */
export const createChangeFollower = (database: Database, followUps: readonly FollowUp[]): ChangeFollower => ({
  next: (atMs) =>
    onDatabase(() =>
      database.$transaction(
        async (tx) => {
          await share(tx, 'erasure');
          const page = await takePage(tx);
          if (page === null || page.changed.conversations.length === 0) return page?.isFull ?? false;
          for (const followUp of followUps) await followUp(tx, page.changed, atMs);
          return page.isFull;
        },
        { timeout: TRANSACTION_TIMEOUT_MS, maxWait: TRANSACTION_TIMEOUT_MS },
      ),
    ),
});

/** Null while another replica is at it. */
const takePage = async (
  tx: SqlClient,
): Promise<{ readonly changed: ChangedThings; readonly isFull: boolean } | null> => {
  const [place] = await tx.$queryRawUnsafe<{ readonly xid: string; readonly seq: bigint }[]>(
    'SELECT xid::text AS xid, seq FROM change_followers WHERE name = $1 FOR UPDATE SKIP LOCKED',
    NAME,
  );
  if (place === undefined) return null;
  const page = await createChangeLog(tx).readAfter({ xid: BigInt(place.xid), seq: place.seq }, PAGE_SIZE);
  const { xid, seq } = page.end;
  if (page.changes.length > 0) await tx.$executeRawUnsafe(MOVE_SQL, NAME, String(xid), seq);
  return { changed: thingsOf(page.changes), isFull: page.changes.length >= PAGE_SIZE };
};

const MOVE_SQL = 'UPDATE change_followers SET xid = $2::text::xid8, seq = $3::bigint WHERE name = $1';

/** How far one person has read is of no interest to anybody else. */
const thingsOf = (changes: readonly LoggedChange[]): ChangedThings => {
  const conversations = new Map<string, ConversationKey>();
  const messages = new Map<string, ConversationKey & { readonly messageId: string }>();
  for (const { kind, channelId, conversationId, subjectId } of changes) {
    if (conversationId === null || kind === 'read') continue;
    const key = `${channelId}\0${conversationId}`;
    conversations.set(key, { channelId, conversationId });
    if (kind === 'message' && subjectId !== null) {
      messages.set(`${key}\0${subjectId}`, { channelId, conversationId, messageId: subjectId });
    }
  }
  return { conversations: [...conversations.values()], messages: [...messages.values()] };
};
