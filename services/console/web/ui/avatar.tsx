import { useState } from 'react';
import styles from './avatar.module.css';
import { Icon } from './icon.tsx';

interface AvatarProps {
  readonly name: string;
  /** One that the page may show: of the media's address, see `useMedium`. */
  readonly picture?: string | null;
  readonly size?: number;
  /** Marks where the person writes from. */
  readonly hasBadge?: boolean;
}

/** A picture, or the first letters on a colour that stays the same for the same name. It repeats a name that stands beside it. */
export const Avatar = ({ name, picture = null, size = 44, hasBadge = false }: AvatarProps) => {
  const [broken, setBroken] = useState<string | null>(null);
  const shown = picture === broken ? null : picture;
  return (
    <span
      className={styles.avatar}
      style={
        { '--hue': hueOf(name), width: size, height: size, fontSize: Math.round(size * 0.34) } as React.CSSProperties
      }
      aria-hidden="true"
      data-initials={shown === null ? initialsOf(name) : undefined}
    >
      {shown !== null && <img src={shown} alt="" onError={() => setBroken(shown)} />}
      {hasBadge && (
        <span className={styles.badge}>
          <Icon name="tiktok" size={9} />
        </span>
      )}
    </span>
  );
};

const segments = new Intl.Segmenter('en', { granularity: 'grapheme' });
const firstOf = (word: string): string => segments.segment(word).containing(0)?.segment ?? '';

export const initialsOf = (name: string): string => {
  const parts = name
    .replace(/^@/, '')
    .split(/[\s._-]+/)
    .filter((part) => part !== '');
  const [first = '?', ...others] = parts;
  return `${firstOf(first)}${firstOf(others.at(-1) ?? '')}`.toLocaleUpperCase();
};

const hueOf = (name: string): number => {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 360;
  return sum;
};
