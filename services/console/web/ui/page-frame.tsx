import type { ReactNode } from 'react';
import styles from './page-frame.module.css';

interface PageFrameProps {
  readonly title: string;
  readonly lead?: string;
  readonly acts?: ReactNode;
  /** Over the title: where one came from. */
  readonly above?: ReactNode;
  readonly children: ReactNode;
}

/** A page that is read from its heading down, and scrolls as a whole. */
export const PageFrame = ({ title, lead, acts, above, children }: PageFrameProps) => (
  <div className={styles.page}>
    <div className={styles.content}>
      {above}
      <header className={styles.head}>
        <div>
          <h1>{title}</h1>
          {lead !== undefined && <p>{lead}</p>}
        </div>
        {acts !== undefined && <div className={styles.acts}>{acts}</div>}
      </header>
      {children}
    </div>
  </div>
);
