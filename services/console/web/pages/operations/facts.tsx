import type { ReactNode } from 'react';
import styles from './operations.module.css';

export type Fact = readonly [name: string, value: ReactNode];

/** Names and values of one thing; what is not known of it is left out. */
export const Facts = ({ label, facts }: { readonly label: string; readonly facts: readonly Fact[] }) => (
  <dl className={styles.facts} aria-label={label}>
    {facts.map(
      ([name, value]) =>
        value !== null &&
        value !== undefined && (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
    )}
  </dl>
);
