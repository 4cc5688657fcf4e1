import { useQuery } from '@tanstack/react-query';
import { type ClipboardEvent, type KeyboardEvent, useEffect, useRef } from 'react';
import { useApi } from '../../api/context.tsx';
import { channelsQuery } from '../../api/queries.ts';
import type { Conversation } from '../../api/types.ts';
import { useOutbox } from '../../outbox/use-outbox.ts';
import { useConfig, usePerson } from '../../session/context.tsx';
import { useDraft } from '../../session/drafts.ts';
import { Banner } from '../../ui/banner.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { words } from '../../words.ts';
import styles from './composer.module.css';
import { charactersIn, composition } from './composition.ts';
import { isFreeFor } from './focus.ts';
import { channelName, nameOf } from './people.ts';
import { PictureStrip } from './picture-strip.tsx';
import type { Pictures } from './use-pictures.ts';
import { useTyping } from './use-typing.ts';
import { useIsSurelyClosed, useWindowState } from './window-pill.tsx';

interface BoxProps {
  readonly conversation: Conversation;
  readonly pictures: Pictures;
}

interface ComposerProps extends BoxProps {
  /** It cannot be seen, and not be reached either. */
  readonly isCovered: boolean;
}

/** Where one answers, or why one cannot. */
export const Composer = ({ conversation, pictures, isCovered }: ComposerProps) => {
  const state = useWindowState(conversation);
  const { data: channels } = useQuery(channelsQuery(useApi()));
  const channel = channels?.find(({ channelId }) => channelId === conversation.channelId);
  const isAway = channel?.state === 'needs_reauthorization' || channel?.state === 'disconnected';
  const name = nameOf(conversation.customer);
  const isSurelyClosed = useIsSurelyClosed(conversation);
  return (
    <footer className={styles.composer} inert={isCovered}>
      {isAway && <Banner tone="bad">{words.composer.away(channelName(channels, conversation.channelId))}</Banner>}
      {state.kind === 'closed' && !isSurelyClosed && <Banner tone="warn">{words.composer.probablyClosed(name)}</Banner>}
      {isSurelyClosed ? (
        <div className={styles.closed}>
          <Banner tone="neutral" icon="lock" title={words.composer.closed.title(name)}>
            {words.composer.closed.advice(name)}
          </Banner>
        </div>
      ) : (
        <Box conversation={conversation} pictures={pictures} />
      )}
    </footer>
  );
};

const Box = ({ conversation, pictures }: BoxProps) => {
  const { conversationId, replyWindow } = conversation;
  const { limits } = useConfig();
  const [text, setText] = useDraft(usePerson(), conversationId);
  const [, outbox] = useOutbox(conversationId);
  const tellTyping = useTyping(conversationId);
  const field = useRef<HTMLTextAreaElement>(null);
  const name = nameOf(conversation.customer);
  const { remaining, closesAt, certain } = replyWindow;
  const composed = composition({ text, pictures: pictures.list, limits, remaining: certain ? remaining : null });

  // Who opened a conversation wants to answer it. On a screen to touch this would bring up the keyboard.
  useEffect(() => {
    const isFree = isFreeFor(conversationId, document.activeElement as HTMLElement | null);
    if (isFree && matchMedia('(hover: hover)').matches) field.current?.focus();
  }, [conversationId]);

  const send = (): void => {
    if (!composed.canSend) return;
    outbox.send(conversationId, composed.messages);
    setText('');
    pictures.clear();
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    send();
  };
  const onPaste = (event: ClipboardEvent): void => {
    const files = [...event.clipboardData.files];
    if (files.length === 0) return;
    event.preventDefault();
    pictures.add(files);
  };

  return (
    <>
      <div className={styles.box}>
        <PictureStrip pictures={pictures} problems={composed.problems} hasText={text.trim() !== ''} />
        <textarea
          ref={field}
          className={styles.field}
          aria-label={words.composer.label(name)}
          aria-describedby="composer-hint"
          aria-invalid={composed.excess > 0}
          placeholder={words.composer.placeholder(name)}
          rows={1}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            tellTyping(event.target.value);
          }}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        <div className={styles.tools}>
          <PicturePicker accept={limits.imageTypes.join(',')} onPick={pictures.add} />
          <span className={`${styles.count} ${composed.excess > 0 ? styles.isOver : ''}`}>
            {words.composer.count(charactersIn(text), limits.textCharacters)}
          </span>
          <Button look="primary" disabled={!composed.canSend} onClick={send}>
            {composed.messages.length > 1 ? words.composer.sendMany(composed.messages.length) : words.composer.send}
            <Icon name="send" size={16} />
          </Button>
        </div>
      </div>
      <p id="composer-hint" className={styles.hint}>
        <Hint composed={composed} name={name} remaining={closesAt === null || certain ? remaining : null} />
      </p>
    </>
  );
};

interface HintProps {
  readonly composed: ReturnType<typeof composition>;
  readonly name: string;
  readonly remaining: number | null;
}

/** The limit that comes first, before it is hit. */
const Hint = ({ composed, name, remaining }: HintProps) => {
  const { composer } = words;
  if (composed.excess > 0) return <b role="status">{composer.tooLong(composed.excess)}</b>;
  if (composed.isTooMany && remaining !== null) return <b role="status">{composer.tooMany(remaining, name)}</b>;
  const count = composed.messages.length;
  const left = remaining === null ? '' : ` ${composer.remaining(remaining)}`;
  return `${count > 1 ? composer.inOrder(count) : composer.oneAtATime}${left} ${composer.sendKey}`;
};

const PicturePicker = ({
  accept,
  onPick,
}: {
  readonly accept: string;
  readonly onPick: (files: readonly File[]) => void;
}) => {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton icon="picture" label={words.composer.addPictures} onClick={() => input.current?.click()} />
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept={accept}
        aria-label={words.composer.addPictures}
        onChange={(event) => {
          onPick([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
    </>
  );
};
