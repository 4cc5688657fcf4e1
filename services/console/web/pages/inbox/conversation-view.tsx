import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type DragEvent, type KeyboardEvent, type Ref, useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { useApi } from '../../api/context.tsx';
import { ApiProblem } from '../../api/problem.ts';
import { channelsQuery, conversationQuery } from '../../api/queries.ts';
import type { Conversation } from '../../api/types.ts';
import { onTimeMoved } from '../../time/clock.ts';
import { useNow } from '../../time/use-now.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { IconButton } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Empty, Failed, LoadingRows } from '../../ui/list-state.tsx';
import { useMedia } from '../../ui/use-media.ts';
import { useMedium } from '../../ui/use-medium.ts';
import { words } from '../../words.ts';
import { Composer } from './composer.tsx';
import styles from './conversation.module.css';
import { focusConversation } from './conversation-list.tsx';
import { CustomerPanel } from './customer-panel.tsx';
import { channelName, handleOf, nameOf } from './people.ts';
import { Timeline } from './timeline.tsx';
import { usePictures } from './use-pictures.ts';
import { useIsSurelyClosed, WindowCountdown } from './window-pill.tsx';

/** "What was said, did it arrive, and what may I still do?" */
export const ConversationView = ({ conversationId }: { readonly conversationId: string }) => {
  const query = useQuery(conversationQuery(useApi(), conversationId));
  if (query.isPending) return <LoadingRows />;
  if (query.data === undefined) {
    const isGone = query.error instanceof ApiProblem && query.error.status === 404;
    return isGone ? (
      <Empty icon="question" title={words.conversation.gone.title}>
        <p>{words.conversation.gone.advice}</p>
      </Empty>
    ) : (
      <Failed error={query.error} onRetry={query.refetch} />
    );
  }
  return <OpenConversation conversation={query.data} />;
};

/** As in the style sheets: there the panel lies over everything below the header. */
const ONE_PANE = '(max-width: 860px)';

const OpenConversation = ({ conversation }: { readonly conversation: Conversation }) => {
  const { conversationId } = conversation;
  const [, navigate] = useLocation();
  const [hasPanel, setHasPanel] = useState(false);
  const panelButton = useRef<HTMLButtonElement>(null);
  const pictures = usePictures(conversationId);
  const isClosed = useIsSurelyClosed(conversation);
  const isCovered = useMedia(ONE_PANE) && hasPanel;
  const { isOver, ...dropTarget } = useDropTarget(isClosed ? null : pictures.add);
  useWindowEnd(conversation);
  const goBack = (): void => {
    navigate('/inbox');
    requestAnimationFrame(() => focusConversation(conversationId));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // The Escape that ends the choice of a character is not meant for the page.
    if (event.key !== 'Escape' || event.defaultPrevented || event.nativeEvent.isComposing) return;
    if (hasPanel) {
      setHasPanel(false);
      panelButton.current?.focus();
    } else goBack();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape goes back as the buttons do, and files can be picked as well as dropped
    <div className={styles.both} onKeyDown={onKeyDown}>
      <div className={styles.conversation} {...dropTarget}>
        <Header
          conversation={conversation}
          onBack={goBack}
          onPanel={() => setHasPanel(!hasPanel)}
          hasPanel={hasPanel}
          panelButton={panelButton}
        />
        <Timeline conversation={conversation} isCovered={isCovered} />
        <Composer conversation={conversation} pictures={pictures} isCovered={isCovered} />
        {isOver && (
          <div className={`${styles.drop} ${isClosed ? styles.isRefused : ''}`}>
            <Icon name={isClosed ? 'lock' : 'picture'} size={30} />
            {isClosed ? words.composer.closed.title(nameOf(conversation.customer)) : words.composer.drop}
          </div>
        )}
      </div>
      <CustomerPanel conversation={conversation} isShown={hasPanel} />
    </div>
  );
};

interface HeaderProps {
  readonly conversation: Conversation;
  readonly hasPanel: boolean;
  readonly onBack: () => void;
  readonly onPanel: () => void;
  readonly panelButton: Ref<HTMLButtonElement>;
}

const Header = ({ conversation, hasPanel, onBack, onPanel, panelButton }: HeaderProps) => {
  const { customer, channelId } = conversation;
  const { data: channels } = useQuery(channelsQuery(useApi()));
  const { url: picture } = useMedium(customer.avatarUrl);
  const name = nameOf(customer);
  return (
    <header className={styles.header}>
      <IconButton icon="back" label={words.conversation.back} onClick={onBack} className={styles.back ?? ''} />
      <Avatar name={name} picture={picture} size={38} />
      <div className={styles.who}>
        <h1>
          <bdi>{name}</bdi>
        </h1>
        <p>{words.conversation.to(handleOf(customer.username), channelName(channels, channelId))}</p>
      </div>
      <WindowCountdown conversation={conversation} />
      <IconButton
        ref={panelButton}
        icon="person"
        label={words.conversation.showPanel}
        aria-pressed={hasPanel}
        onClick={onPanel}
        className={styles.panelButton ?? ''}
      />
    </header>
  );
};

const ASK_AGAIN_MS = 3_000;

/** What holds after the end of the window, the service says. Its clock may be a moment behind the page's: it is asked until it knows. */
const useWindowEnd = ({ conversationId, replyWindow: { closesAt } }: Conversation): void => {
  const api = useApi();
  const queries = useQueryClient();
  const isOver = useNow(5_000) >= (closesAt ?? Number.POSITIVE_INFINITY);
  useEffect(() => {
    const renew = () => void queries.invalidateQueries({ queryKey: conversationQuery(api, conversationId).queryKey });
    if (isOver) renew();
    const again = isOver ? setInterval(renew, ASK_AGAIN_MS) : undefined;
    const forget = onTimeMoved(renew);
    return () => {
      clearInterval(again);
      forget();
    };
  }, [api, queries, conversationId, isOver]);
};

/** Files that are dragged over the conversation. Where none is taken they are caught all the same: the browser would leave for them. */
const useDropTarget = (add: ((files: readonly File[]) => void) | null) => {
  const [isOver, setIsOver] = useState(false);
  const depth = useRef(0);
  const holdsFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer.types.includes('Files');
  return {
    isOver,
    onDragEnter: (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      depth.current += 1;
      setIsOver(true);
    },
    onDragLeave: (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      depth.current -= 1;
      setIsOver(depth.current > 0);
    },
    onDragOver: (event: DragEvent) => holdsFiles(event) && event.preventDefault(),
    onDrop: (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      depth.current = 0;
      setIsOver(false);
      add?.([...event.dataTransfer.files]);
    },
  };
};
