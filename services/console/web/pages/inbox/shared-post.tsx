import { useState } from 'react';
import { Icon } from '../../ui/icon.tsx';
import { words } from '../../words.ts';
import styles from './message.module.css';
import { playerUrlOf, postUrlOf } from './tiktok-addresses.ts';

interface SharedPostProps {
  readonly videoId: string | null;
  readonly embedUrl: string | null;
}

/**
 * A post that was shared. TikTok's player is loaded when somebody wants to see it, in a frame that can reach neither this page nor the
 * window; the link serves where the player does not.
 */
export const SharedPost = ({ videoId, embedUrl }: SharedPostProps) => {
  const [isShown, setIsShown] = useState(false);
  const player = playerUrlOf(videoId, embedUrl);
  const post = postUrlOf(videoId, embedUrl);
  return (
    <div className={styles.post}>
      {isShown && player !== null ? (
        <iframe
          className={styles.frame}
          src={player}
          title={words.conversation.postFrame}
          sandbox="allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox"
          allow="fullscreen; encrypted-media"
          referrerPolicy="no-referrer"
        />
      ) : (
        <button
          type="button"
          className={styles.poster}
          disabled={player === null}
          aria-label={words.conversation.showPost}
          onClick={() => setIsShown(true)}
        >
          <span className={styles.play}>
            <Icon name="play" />
          </span>
        </button>
      )}
      <p>
        {words.conversation.post}
        {post !== null && (
          <a href={post} target="_blank" rel="noopener noreferrer">
            {words.conversation.openInTikTok}
          </a>
        )}
      </p>
    </div>
  );
};
