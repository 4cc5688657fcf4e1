import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useApi } from '../../api/context.tsx';
import { channelsQuery } from '../../api/queries.ts';
import { Icon } from '../../ui/icon.tsx';
import { words } from '../../words.ts';
import styles from './inbox.module.css';
import { channelName } from './people.ts';

const VIEWS = ['all', 'unread', 'closing'] as const;
export type InboxView = (typeof VIEWS)[number];

interface ListHeadProps {
  readonly typed: string;
  readonly onType: (text: string) => void;
  readonly view: InboxView;
  readonly onView: (view: InboxView) => void;
  readonly channelId: string | null;
  readonly onChannel: (channelId: string | null) => void;
  /** Beside an open conversation, which is then what the page is about. */
  readonly isBeside: boolean;
  /** From the search down into the list. */
  readonly onDown: () => void;
}

export const ListHead = ({ typed, onType, view, onView, channelId, onChannel, isBeside, onDown }: ListHeadProps) => {
  const Title = isBeside ? 'h2' : 'h1';
  const search = useRef<HTMLInputElement>(null);
  const { data: channels = [] } = useQuery(channelsQuery(useApi()));
  useEffect(() => focusBySlash(() => search.current), []);
  return (
    <header className={styles.head}>
      <Title className={styles.title}>{words.inbox.title}</Title>
      <div className={styles.search}>
        <Icon name="search" />
        <input
          ref={search}
          type="search"
          aria-label={words.inbox.search}
          placeholder={words.inbox.search}
          aria-keyshortcuts="/"
          autoComplete="off"
          maxLength={200}
          value={typed}
          onChange={(event) => onType(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') onType('');
            if (event.key !== 'ArrowDown') return;
            event.preventDefault();
            onDown();
          }}
        />
        {typed === '' ? (
          <kbd>{words.inbox.searchKey}</kbd>
        ) : (
          <button type="button" aria-label={words.inbox.clearSearch} onClick={() => onType('')}>
            <Icon name="close" size={14} />
          </button>
        )}
      </div>
      <fieldset className={styles.filters}>
        <legend className="hidden-text">{words.inbox.viewsLabel}</legend>
        {VIEWS.map((each) => (
          <button key={each} type="button" aria-pressed={each === view} onClick={() => onView(each)}>
            {words.inbox.views[each]}
          </button>
        ))}
      </fieldset>
      {channels.length > 1 && (
        <select
          className={styles.channel}
          aria-label={words.inbox.channel}
          value={channelId ?? ''}
          onChange={(event) => onChannel(event.target.value === '' ? null : event.target.value)}
        >
          <option value="">{words.inbox.allChannels}</option>
          {channels.map((channel) => (
            <option key={channel.channelId} value={channel.channelId}>
              {channelName(channels, channel.channelId)}
            </option>
          ))}
        </select>
      )}
    </header>
  );
};

/** A slash that is not being written somewhere. */
const focusBySlash = (target: () => HTMLInputElement | null): (() => void) => {
  const onKeyDown = (event: globalThis.KeyboardEvent): void => {
    const isWriting =
      event.target instanceof HTMLElement && event.target.closest('input, textarea, select, [role=dialog]') !== null;
    if (event.key !== '/' || isWriting || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    target()?.focus();
  };
  addEventListener('keydown', onKeyDown);
  return () => removeEventListener('keydown', onKeyDown);
};
