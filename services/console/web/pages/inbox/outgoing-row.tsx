import { useApi } from '../../api/context.tsx';
import { readable } from '../../api/problem.ts';
import { Button } from '../../ui/button.tsx';
import { Details } from '../../ui/details.tsx';
import { Icon } from '../../ui/icon.tsx';
import { useObjectUrl } from '../../ui/use-medium.ts';
import { words } from '../../words.ts';
import styles from './message.module.css';
import { type Outgoing, useOutbox } from './outbox.ts';
import { TextWithLinks } from './text-with-links.tsx';

interface OutgoingRowProps {
  readonly item: Outgoing;
  readonly conversationId: string;
}

/** What the service has not taken yet, or does not show yet. */
export const OutgoingRow = ({ item, conversationId }: OutgoingRowProps) => {
  const { content, state } = item;
  const { status } = words.conversation;
  return (
    <article className={`${styles.entry} ${styles.outgoing}`}>
      <span className="hidden-text">{words.conversation.outgoing}</span>
      <div className={`${styles.bubble} ${content.kind === 'text' ? styles.framed : styles.bare} ${styles.unsent}`}>
        {content.kind === 'text' ? (
          <p className={styles.text}>
            <TextWithLinks text={content.text} />
          </p>
        ) : (
          <OwnPicture file={content.file} />
        )}
      </div>
      {state === 'refused' ? (
        <Refused item={item} conversationId={conversationId} />
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

const OwnPicture = ({ file }: { readonly file: File }) => {
  const url = useObjectUrl(file);
  return url !== null && <img className={styles.picture} src={url} alt={words.conversation.picture.own} />;
};

const Refused = ({ item: { key, error }, conversationId }: OutgoingRowProps) => {
  const [, outbox] = useOutbox(useApi(), conversationId);
  const { title, advice, code, requestId } = readable(error);
  const { failed } = words.conversation;
  return (
    <div className={styles.failure} role="alert">
      <b>{failed.notSent(title)}</b>
      {advice !== '' && <p>{advice}</p>}
      <div className={styles.acts}>
        <Button look="plain" onClick={() => outbox.retry(conversationId, key)}>
          {failed.retry}
        </Button>
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
