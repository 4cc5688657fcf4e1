import { words } from '../words.ts';
import styles from './details.module.css';

/** What support asks for, behind one word: codes and ids, to be copied. */
export const Details = ({ facts }: { readonly facts: readonly (readonly [name: string, value: string | null])[] }) => (
  <details className={styles.details}>
    <summary>{words.common.details}</summary>
    <dl className={styles.facts}>
      {facts.map(
        ([name, value]) =>
          value !== null && (
            <div key={name} className={styles.fact}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  </details>
);
