import { databaseFailure, onDatabase, type SqlClient } from '@tiktok-channel/platform/postgres';
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

/** From a change nothing can follow, whose values are at fault. */
export type OnLeftOut = (conversations: readonly ConversationKey[], error: unknown) => void;

/**
 * What has to follow from every change although the projection must not wait for it: it reads the log in its order, one
 * replica at a time, and its place moves in the transaction of what it does. Where values are at fault fewer changes are taken
 * at a time, until it is one, which is left out: all others would wait for it.
 */
export const createChangeFollower = (
  database: Database,
  followUps: readonly FollowUp[],
  onLeftOut: OnLeftOut,
): ChangeFollower => {
  let size = PAGE_SIZE;

  const follow = async (tx: SqlClient, atMs: number): Promise<boolean> => {
    await share(tx, 'erasure');
    const page = await takePage(tx, size);
    if (page === null || page.changed.conversations.length === 0) return page?.isFull ?? false;
    const { changed } = page;
    const work = async () => {
      for (const followUp of followUps) await followUp(tx, changed, atMs);
    };
    if (size > 1) await work();
    else await orLeaveOut(tx, work, (error) => onLeftOut(changed.conversations, error));
    return page.isFull;
  };
  return {
    next: (atMs) =>
      onDatabase(async () => {
        try {
          const hasMore = await database.$transaction((tx) => follow(tx, atMs), {
            timeout: TRANSACTION_TIMEOUT_MS,
            maxWait: TRANSACTION_TIMEOUT_MS,
          });
          size = PAGE_SIZE;
          return hasMore;
        } catch (error) {
          if (size === 1 || !isOfValues(error)) throw error;
          size = Math.ceil(size / 2);
          return true;
        }
      }),
  };
};

const orLeaveOut = async (
  tx: SqlClient,
  work: () => Promise<void>,
  onLeftOut: (error: unknown) => void,
): Promise<void> => {
  await tx.$executeRawUnsafe('SAVEPOINT before_work');
  try {
    await work();
  } catch (error) {
    if (!isOfValues(error)) throw error;
    await tx.$executeRawUnsafe('ROLLBACK TO SAVEPOINT before_work');
    onLeftOut(error);
  }
};

/** A `TypeError` is what the codec throws at a value that no record holds. */
const isOfValues = (error: unknown): boolean => error instanceof TypeError || databaseFailure(error) === 'data';

/** Null while another replica is at it. */
const takePage = async (
  tx: SqlClient,
  size: number,
): Promise<{ readonly changed: ChangedThings; readonly isFull: boolean } | null> => {
  const [place] = await tx.$queryRawUnsafe<{ readonly xid: string; readonly seq: bigint }[]>(
    'SELECT xid::text AS xid, seq FROM change_followers WHERE name = $1 FOR UPDATE SKIP LOCKED',
    NAME,
  );
  if (place === undefined) return null;
  const page = await createChangeLog(tx).readAfter({ xid: BigInt(place.xid), seq: place.seq }, size);
  const { xid, seq } = page.end;
  if (page.changes.length > 0) await tx.$executeRawUnsafe(MOVE_SQL, NAME, String(xid), seq);
  return { changed: thingsOf(page.changes), isFull: page.changes.length >= size };
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
