import type { ReactNode } from 'react';
import styles from './banner.module.css';
import { Icon, type IconName } from './icon.tsx';

interface BannerProps {
  readonly tone: 'neutral' | 'good' | 'warn' | 'bad';
  readonly title?: ReactNode;
  readonly children?: ReactNode;
  readonly acts?: ReactNode;
  readonly icon?: IconName;
  /** Over the whole width of what it speaks of. */
  readonly isStrip?: boolean;
  /** `alert` interrupts a screen reader; `status` waits until it has finished. */
  readonly role?: 'alert' | 'status';
}

const ICONS = { neutral: 'question', good: 'check', warn: 'clock', bad: 'alert' } as const;

/** What somebody has to know about everything below it, and what they can do. */
export const Banner = ({ tone, title, children, acts, icon = ICONS[tone], isStrip = false, role }: BannerProps) => (
  <div className={`${styles.banner} ${styles[tone]} ${isStrip ? styles.strip : ''}`} role={role}>
    <Icon name={icon} size={17} />
    <div className={styles.text}>
      {title !== undefined && <b>{title}</b>}
      {children}
      {acts !== undefined && <div className={styles.acts}>{acts}</div>}
    </div>
  </div>
);
