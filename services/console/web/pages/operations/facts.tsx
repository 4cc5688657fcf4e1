import type { ReactNode } from 'react';
import styles from './operations.module.css';

export type Fact = readonly [name: string, value: ReactNode];

/** Names and values of one thing. */
export const Facts = ({ label, facts }: { readonly label: string; readonly facts: readonly Fact[] }) => (
  <dl className={styles.facts} aria-label={label}>
    {facts.map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);
