import type { Message } from '../../api/types.ts';
import type { Outgoing } from '../../outbox/outbox.ts';

const MINUTE_MS = 60_000;

interface Awaited {
  readonly atMs: number;
  readonly kind: string;
  /** Null for a picture: TikTok gives it an id of its own. */
  readonly text: string | null;
}

/**
 * TikTok's echo of an answer may come in before the word that it was sent: until that word joins the two, the answer that is still
 * under way stands for both. At most one echo for each; clocks may differ by a minute.
 */
export const overtakingEchoes = (messages: readonly Message[], outgoing: readonly Outgoing[]): ReadonlySet<Message> => {
  const awaited = [...messages.flatMap(awaitedMessage), ...outgoing.flatMap(awaitedOutgoing)];
  const echoes = new Set<Message>();
  for (const message of messages.toReversed().filter(mayBeEcho)) {
    const text = textOf(message.content);
    const at = awaited.findIndex(
      (each) => each.kind === message.content.kind && each.text === text && each.atMs - message.sentAt < MINUTE_MS,
    );
    if (at === -1) continue;
    awaited.splice(at, 1);
    echoes.add(message);
  }
  return echoes;
};

const textOf = (content: Message['content']): string | null => (content.kind === 'text' ? content.text : null);

const mayBeEcho = ({ direction, replyId, source, automatic }: Message): boolean =>
  direction === 'outgoing' && replyId === null && automatic === null && (source === 'api' || source === 'unknown');

const awaitedMessage = ({ replyId, messageId, status, sentAt, content }: Message): readonly Awaited[] =>
  replyId !== null && messageId === null && status === 'queued'
    ? [{ atMs: sentAt, kind: content.kind, text: textOf(content) }]
    : [];

const awaitedOutgoing = ({ state, queuedAt, content }: Outgoing): readonly Awaited[] => {
  if (state !== 'sending' && state !== 'accepted') return [];
  return [{ atMs: queuedAt, kind: content.kind, text: content.kind === 'text' ? content.text : null }];
};
