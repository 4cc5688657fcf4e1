import { useState } from 'react';
import type { Media } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { Icon, type IconName } from '../../ui/icon.tsx';
import { useMedium } from '../../ui/use-medium.ts';
import { words } from '../../words.ts';
import styles from './message.module.css';

interface PictureOfProps {
  readonly media: Media | null;
  readonly alt: string;
}

/** A picture; until it is here, and when it will never be, a place that says so. */
export const PictureOf = ({ media, alt }: PictureOfProps) => {
  const { url, isFailed, reload } = useMedium(media?.state === 'stored' ? media.url : null);
  const texts = words.conversation.picture;
  if (media?.state === 'pending') return <Placeholder icon="picture" text={texts.pending} isPending />;
  if (media?.state !== 'stored') return <Placeholder icon="alert" text={media?.failure?.message ?? texts.failed} />;
  if (isFailed) return <Placeholder icon="alert" text={texts.failed} onRetry={reload} />;
  if (url === null) return <Placeholder icon="picture" text={words.common.loading} isPending />;
  return (
    <a href={url} target="_blank" rel="noopener" aria-label={texts.open} className={styles.pictureLink}>
      <img className={styles.picture} src={url} alt={alt} />
    </a>
  );
};

/** A video, loaded when somebody wants to see it. */
export const VideoOf = ({ media }: { readonly media: Media | null }) => {
  const [isWanted, setIsWanted] = useState(false);
  const { url, isFailed, reload } = useMedium(isWanted && media?.state === 'stored' ? media.url : null);
  const texts = words.conversation.video;
  if (media?.state === 'pending') return <Placeholder icon="play" text={texts.pending} isPending />;
  if (media?.state !== 'stored') return <Placeholder icon="alert" text={media?.failure?.message ?? texts.failed} />;
  if (isFailed) return <Placeholder icon="alert" text={texts.failed} onRetry={reload} />;
  if (url === null) {
    return (
      <button type="button" className={styles.poster} disabled={isWanted} onClick={() => setIsWanted(true)}>
        <span className={styles.play}>
          <Icon name="play" />
        </span>
        {isWanted ? words.common.loading : texts.show}
      </button>
    );
  }
  return (
    // biome-ignore lint/a11y/useMediaCaption: TikTok gives none
    <video className={styles.picture} src={url} controls autoPlay aria-label={texts.label} />
  );
};

interface PlaceholderProps {
  readonly icon: IconName;
  readonly text: string;
  readonly isPending?: boolean;
  readonly onRetry?: () => void;
}

const Placeholder = ({ icon, text, isPending = false, onRetry }: PlaceholderProps) => (
  <div className={`${styles.placeholder} ${isPending ? styles.isPending : ''}`}>
    <Icon name={icon} size={24} />
    <span>{text}</span>
    {onRetry !== undefined && (
      <Button look="plain" onClick={onRetry}>
        {words.common.tryAgain}
      </Button>
    )}
  </div>
);
