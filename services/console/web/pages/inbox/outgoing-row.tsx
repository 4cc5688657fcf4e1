import { isPassing, readable } from '../../api/problem.ts';
import type { Outgoing } from '../../outbox/outbox.ts';
import { useOutbox } from '../../outbox/use-outbox.ts';
import { Button } from '../../ui/button.tsx';
import { Details } from '../../ui/details.tsx';
import { Icon } from '../../ui/icon.tsx';
import { useObjectUrl } from '../../ui/use-medium.ts';
import { words } from '../../words.ts';
import styles from './message.module.css';
import { TextWithLinks } from './text-with-links.tsx';

interface OutgoingRowProps {
  readonly item: Outgoing;
}

/** What the service has not taken yet, or does not show yet. */
export const OutgoingRow = ({ item }: OutgoingRowProps) => {
  const { content, state } = item;
  const { status } = words.conversation;
  return (
    <article className={`${styles.entry} ${styles.outgoing}`}>
      <span className="hidden-text">{words.conversation.outgoing}</span>
      <div className={`${styles.bubble} ${content.kind === 'image' ? styles.bare : styles.framed} ${styles.unsent}`}>
        <OutgoingContent content={content} />
      </div>
      {state === 'refused' ? (
        <Refused item={item} />
      ) : (
        <footer className={styles.facts}>
          <span className={styles.status}>
            <Icon name="clock" size={15} />
            {state === 'accepted' ? status.queued : status[state]}
          </span>
        </footer>
      )}
    </article>
  );
};

const OutgoingContent = ({ content }: { readonly content: Outgoing['content'] }) => {
  switch (content.kind) {
    case 'text':
      return (
        <p className={styles.text} dir="auto">
          <TextWithLinks text={content.text} />
        </p>
      );
    case 'image':
      return <OwnPicture file={content.file} />;
    case 'lost_image':
      return <p className={styles.aside}>{words.conversation.picture.left(content.name)}</p>;
  }
};

const OwnPicture = ({ file }: { readonly file: File }) => {
  const url = useObjectUrl(file);
  return url !== null && <img className={styles.picture} src={url} alt={words.conversation.picture.own} />;
};

/** Not taken; or nobody said whether it was, which sending it again makes no worse. */
const Refused = ({ item: { key, conversationId, content, mediaId, wasTried, error } }: OutgoingRowProps) => {
  const [, outbox] = useOutbox(conversationId);
  const { title, advice, code, requestId } = readable(error);
  const { failed } = words.conversation;
  const canBeSent = content.kind !== 'lost_image' || mediaId !== null;
  return (
    <div className={styles.failure} role="alert">
      <b>{wasTried ? failed.notConfirmed(title) : failed.notSent(title)}</b>
      <p>{isPassing(error) ? failed.goesByItself : advice}</p>
      <div className={styles.acts}>
        {canBeSent && (
          <Button look="plain" onClick={() => outbox.retry(conversationId, key)}>
            {failed.retry}
          </Button>
        )}
        <Button look="plain" onClick={() => outbox.discard(conversationId, key)}>
          {failed.discard}
        </Button>
        <Details
          facts={[
            [words.common.code, code],
            [words.common.requestId, requestId],
          ]}
        />
      </div>
    </div>
  );
};
