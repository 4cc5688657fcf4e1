import type { Content } from '../../api/types.ts';
import { words } from '../../words.ts';
import { PictureOf, VideoOf } from './media.tsx';
import styles from './message.module.css';
import { SharedPost } from './shared-post.tsx';
import { TextWithLinks } from './text-with-links.tsx';

interface MessageContentProps {
  readonly content: Content;
  readonly isIncoming: boolean;
  readonly name: string;
}

/** Every kind that TikTok has, and a word for those that it may have one day. */
export const MessageContent = ({ content, isIncoming, name }: MessageContentProps) => {
  switch (content.kind) {
    case 'text':
      return content.text === null ? (
        <p className={styles.aside}>{words.conversation.blanked}</p>
      ) : (
        <p className={styles.text} dir="auto">
          <TextWithLinks text={content.text} />
        </p>
      );
    case 'image':
      return (
        <PictureOf
          media={content.media}
          alt={isIncoming ? words.conversation.picture.alt(name) : words.conversation.picture.own}
        />
      );
    case 'video':
      return <VideoOf media={content.media} />;
    case 'shared_post':
      return <SharedPost videoId={content.videoId} embedUrl={content.embedUrl} />;
    case 'sticker':
      return <Drawn url={content.pictureUrl} alt={words.conversation.sticker} size={120} />;
    case 'emoji':
      return <Drawn url={content.pictureUrl} alt={words.conversation.emoji} size={48} />;
    case 'template':
      return <Cards template={content.template} />;
    case 'unsupported':
      return <Unsupported tiktokType={content.tiktokType} />;
    default:
      return <Unsupported tiktokType={null} />;
  }
};

const Drawn = ({ url, alt, size }: { readonly url: string | null; readonly alt: string; readonly size: number }) =>
  url === null ? (
    <p className={styles.aside}>{alt}</p>
  ) : (
    <img className={styles.drawn} src={url} alt={alt} width={size} height={size} referrerPolicy="no-referrer" />
  );

const Unsupported = ({ tiktokType }: { readonly tiktokType: string | null }) => (
  <p className={styles.aside}>{words.conversation.unsupported(tiktokType)}</p>
);

type Template = Extract<Content, { kind: 'template' }>['template'];

const Cards = ({ template }: { readonly template: Template }) =>
  template === null ? (
    <Unsupported tiktokType="template" />
  ) : (
    template.cards.map(({ title, buttons }) => (
      <div key={title} className={styles.card}>
        <p className={styles.text}>{title}</p>
        <ul>
          {buttons.map(({ buttonId, label }) => (
            <li key={buttonId ?? label}>{label}</li>
          ))}
        </ul>
      </div>
    ))
  );
