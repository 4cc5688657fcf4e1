import type { OutboxRow } from '@tiktok-channel/platform/outbox';
import { enqueue, onDatabase } from '@tiktok-channel/platform/postgres';
import type { ReplyRequests } from '../../application/ports.ts';
import { type Change, change } from '../../domain/change.ts';
import type { CancelCommand, ReplyCommand } from '../../domain/reply-command.ts';
import { logChanges } from './change-log.ts';
import type { Database } from './database.ts';

/** `rows` make the records of commands; `onEnqueued` is told after a commit that left one. */
export const createReplyRequests = ({
  database,
  rows,
  attachmentsJson,
  onEnqueued,
}: {
  readonly database: Database;
  readonly rows: {
    readonly send: (command: ReplyCommand) => OutboxRow;
    readonly cancel: (command: CancelCommand) => OutboxRow;
  };
  readonly attachmentsJson: (command: ReplyCommand) => string | null;
  readonly onEnqueued: () => void;
}): ReplyRequests => ({
  keep: ({ accountId, idempotencyKey, fingerprint, command }) =>
    onDatabase(async () => {
      const { conversationId } = command;
      const key = { accountId, conversationId, idempotencyKey };
      const isNew = await database.$transaction(async (tx) => {
        const { count } = await tx.replyRequest.createMany({
          data: {
            ...key,
            fingerprint,
            replyId: command.replyId,
            channelId: command.channelId,
            text: command.text,
            attachments: attachmentsJson(command),
            quotedMessageId: command.quotedMessageId,
            retryOf: command.retryOf,
            requestedAt: command.requestedAt,
          },
          skipDuplicates: true,
        });
        if (count === 0) return false;
        await enqueue(tx, [rows.send(command)], command.requestedAt);
        await logChanges(tx, [changeOf(command)], command.requestedAt);
        return true;
      });
      if (isNew) {
        onEnqueued();
        return { fingerprint };
      }
      return database.replyRequest.findUniqueOrThrow({
        where: { accountId_conversationId_idempotencyKey: key },
        select: { fingerprint: true },
      });
    }),

  leaveAction: (command) =>
    onDatabase(async () => {
      await enqueue(database, [rows.send(command)], command.requestedAt);
      onEnqueued();
    }),

  leaveCancel: (command) =>
    onDatabase(async () => {
      await enqueue(database, [rows.cancel(command)], command.requestedAt);
      onEnqueued();
    }),
});

const changeOf = ({ channelId, conversationId, replyId }: ReplyCommand): Change =>
  change({ kind: 'reply', channelId, conversationId, subjectId: replyId });
