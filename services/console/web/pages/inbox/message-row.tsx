import type { Message } from '../../api/types.ts';
import { clockTime, machineTime } from '../../time/format.ts';
import { words } from '../../words.ts';
import { FailureNote } from './failure-note.tsx';
import styles from './message.module.css';
import { MessageContent } from './message-content.tsx';
import { MessageStatus } from './message-status.tsx';
import { previewOf } from './preview.ts';

interface MessageRowProps {
  readonly message: Message;
  readonly isLastOfGroup: boolean;
  /** Of the customer. */
  readonly name: string;
  readonly quoted: Message | null;
}

/** A message, and below the last of several what is true of all of them. */
export const MessageRow = ({ message, isLastOfGroup, name, quoted }: MessageRowProps) => {
  const { direction, content, status } = message;
  const isIncoming = direction === 'incoming';
  const isFramed = ['text', 'template', 'unsupported'].includes(content.kind);
  const isUnsent = status === 'failed' || status === 'cancelled';
  return (
    <article className={`${styles.entry} ${isIncoming ? styles.incoming : styles.outgoing}`}>
      <span className="hidden-text">
        {isIncoming ? words.conversation.incoming(name) : words.conversation.outgoing}
      </span>
      <div
        className={`${styles.bubble} ${isFramed ? styles.framed : styles.bare} ${isUnsent ? styles.unsent : ''} ${message.reactions.length > 0 ? styles.hasReactions : ''}`}
      >
        {message.quotedMessageId !== null && <Quote quoted={quoted} />}
        {message.buttonTap !== null && <p className={styles.tapped}>{words.conversation.tapped}</p>}
        <MessageContent content={content} isIncoming={isIncoming} name={name} />
        <Reactions reactions={message.reactions} name={name} />
      </div>
      {message.failure !== null && <FailureNote message={message} failure={message.failure} name={name} />}
      {isLastOfGroup && <Facts message={message} />}
    </article>
  );
};

/** Why a message failed is said above, with what may be done. */
const Facts = ({ message }: { readonly message: Message }) => (
  <footer className={styles.facts}>
    <Origin message={message} />
    <time dateTime={machineTime(message.sentAt)}>{clockTime(message.sentAt)}</time>
    {message.failure === null && <MessageStatus message={message} />}
  </footer>
);

const Quote = ({ quoted }: { readonly quoted: Message | null }) => (
  <blockquote className={styles.quote}>
    <bdi>{quoted === null ? words.conversation.quotedUnknown : previewOf(quoted.content)}</bdi>
  </blockquote>
);

const Reactions = ({ reactions, name }: { readonly reactions: Message['reactions']; readonly name: string }) =>
  reactions.length > 0 && (
    <ul className={styles.reactions}>
      {reactions.map(({ emoji, emojiUrl, by, at }) => (
        <li key={`${by} ${at} ${emoji ?? emojiUrl}`}>
          <span className="hidden-text">
            {by === 'customer' ? words.conversation.reactionBy.customer(name) : words.conversation.reactionBy.business}
          </span>
          {emoji ?? (emojiUrl !== null && <img src={emojiUrl} alt={words.conversation.emoji} width={16} height={16} />)}
        </li>
      ))}
    </ul>
  );

/** Where a message came from that nobody sent here. */
const Origin = ({ message: { direction, source, automatic, replyId } }: { readonly message: Message }) => {
  if (direction === 'incoming' || replyId !== null) return null;
  const { sources, automatic: kinds } = words.conversation;
  if (automatic !== null) return <span>{kinds[automatic as keyof typeof kinds] ?? kinds.other}</span>;
  const text = sources[source as keyof typeof sources];
  return text === undefined ? null : <span>{text}</span>;
};
