import { useRoute } from 'wouter';
import { Empty } from '../../ui/list-state.tsx';
import { words } from '../../words.ts';
import { ConversationList } from './conversation-list.tsx';
import { ConversationView } from './conversation-view.tsx';
import styles from './inbox.module.css';

/** Conversations, and the one that is chosen. */
export const InboxPage = () => {
  const [, params] = useRoute('/inbox/:conversationId');
  const conversationId = params?.conversationId === undefined ? null : idIn(params.conversationId);
  return (
    <div className={`${styles.inbox} ${conversationId === null ? styles.hasNone : styles.hasConversation}`}>
      <ConversationList current={conversationId} />
      <div className={styles.pane}>
        {conversationId === null ? (
          <Empty icon="inbox" title={words.inbox.nobodyChosen.title}>
            <p>{words.inbox.nobodyChosen.advice}</p>
            <p className={styles.keys}>{words.inbox.nobodyChosen.keys}</p>
          </Empty>
        ) : (
          <ConversationView key={conversationId} conversationId={conversationId} />
        )}
      </div>
    </div>
  );
};

/** The router leaves what could be mistaken for a part of an address (`/`, `+`, `=`) encoded. */
const idIn = (parameter: string): string => {
  try {
    return decodeURIComponent(parameter);
  } catch {
    // A percent sign that encodes nothing is a part of the id.
    return parameter;
  }
};
