import type { ReactNode } from 'react';
import { isPassing, readable } from '../api/problem.ts';
import { words } from '../words.ts';
import { Banner } from './banner.tsx';
import { Button } from './button.tsx';
import { Details } from './details.tsx';
import { Icon, type IconName } from './icon.tsx';
import styles from './list-state.module.css';

/** What of a query decides how its list is shown; what TanStack Query answers fits. */
export interface ListQuery {
  readonly isPending: boolean;
  readonly isError: boolean;
  readonly isFetchNextPageError?: boolean;
  readonly error: unknown;
  readonly refetch: () => unknown;
}

interface ListStateProps {
  readonly query: ListQuery;
  readonly isEmpty: boolean;
  /** Shown when there is nothing, with why and what to do. */
  readonly empty: ReactNode;
  /** In place of rows that look like those to come. */
  readonly loading?: ReactNode;
  /** What to do while the service does not answer, where who looks can do more than wait. */
  readonly advice?: string | undefined;
  /** The list says itself, where it would stand, that a further page did not come. */
  readonly saysNextPageError?: boolean;
  /** The list; with an error above it when it could not be renewed or is not whole. */
  readonly children: ReactNode;
}

/** The four states of every list: empty, loading, error, and partial (some of it is there, and what is missing is said). */
export const ListState = ({
  query,
  isEmpty,
  empty,
  loading = <LoadingRows />,
  advice,
  saysNextPageError = false,
  children,
}: ListStateProps) => {
  if (query.isPending) return loading;
  if (query.isError && isEmpty) return <Failed error={query.error} advice={advice} onRetry={query.refetch} />;
  const isSaid = saysNextPageError && query.isFetchNextPageError === true;
  return (
    <>
      {query.isError && !isSaid && <Partial error={query.error} onRetry={query.refetch} />}
      {isEmpty ? empty : children}
    </>
  );
};

interface FailedProps {
  readonly error: unknown;
  readonly advice?: string | undefined;
  readonly onRetry: () => unknown;
}

/** Nothing came. */
export const Failed = ({ error, advice: known, onRetry }: FailedProps) => {
  const { title, advice: usual, code, requestId } = readable(error);
  const advice = known !== undefined && isPassing(error) ? known : usual;
  return (
    <div className={`${styles.state} ${styles.bad}`} role="alert">
      <span className={styles.symbol}>
        <Icon name="alert" size={24} />
      </span>
      <h2>{title}</h2>
      {advice !== '' && <p>{advice}</p>}
      <div className={styles.acts}>
        <Button icon="retry" onClick={() => void onRetry()}>
          {words.common.tryAgain}
        </Button>
      </div>
      <Details
        facts={[
          [words.common.code, code],
          [words.common.requestId, requestId],
        ]}
      />
    </div>
  );
};

interface PartialProps {
  readonly title?: string;
  readonly error: unknown;
  readonly onRetry: () => unknown;
}

/** What is shown is not all, or not as it is now. */
export const Partial = ({ title = words.common.notWhole, error, onRetry }: PartialProps) => (
  <div className={styles.partial}>
    <Banner
      tone="bad"
      role="status"
      title={title}
      acts={
        <Button look="plain" onClick={() => void onRetry()}>
          {words.common.tryAgain}
        </Button>
      }
    >
      {readable(error).title}
    </Banner>
  </div>
);

interface NoticeProps {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ReactNode;
  readonly acts?: ReactNode;
  /** It is the whole page, and its title that of the page. */
  readonly isPage?: boolean;
}

/** A place that has nothing to show, and says why. */
export const Empty = ({ icon, title, children, acts, isPage = false }: NoticeProps) => {
  const Title = isPage ? 'h1' : 'h2';
  return (
    <div className={`${styles.state} ${isPage ? styles.isPage : ''}`}>
      <span className={styles.symbol}>
        <Icon name={icon} size={24} />
      </span>
      <Title>{title}</Title>
      {children}
      {acts !== undefined && <div className={styles.acts}>{acts}</div>}
    </div>
  );
};

const WIDTHS = ['62%', '48%', '70%', '55%', '66%', '44%'];

export const LoadingRows = () => (
  <div className={styles.rows} role="status">
    <span className="hidden-text">{words.common.loading}</span>
    {WIDTHS.map((width) => (
      <div key={width} className={styles.row} aria-hidden="true">
        <span className={styles.circle} />
        <span className={styles.bars}>
          <span className={styles.bar} style={{ width: '38%' }} />
          <span className={styles.bar} style={{ width }} />
        </span>
      </div>
    ))}
  </div>
);
