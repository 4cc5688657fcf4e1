import type { ReactNode } from 'react';
import styles from './pill.module.css';

export type Tone = 'neutral' | 'good' | 'warn' | 'bad' | 'strong';

/** A state in a word or two; its words say it, the colour repeats it. */
export const Pill = ({ tone = 'neutral', children }: { readonly tone?: Tone; readonly children: ReactNode }) => (
  <span className={`${styles.pill} ${styles[tone]}`}>{children}</span>
);
