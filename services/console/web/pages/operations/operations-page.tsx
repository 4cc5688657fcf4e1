import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import { SERVICES, type ServiceName } from '../../api/client.ts';
import { PageFrame } from '../../ui/page-frame.tsx';
import { words } from '../../words.ts';
import { Builds } from './builds.tsx';
import { DeadLetterDetail } from './dead-letter-detail.tsx';
import { DeadLetters } from './dead-letters.tsx';
import { MessageLineage } from './lineage.tsx';
import styles from './operations.module.css';
import { PATHS } from './paths.ts';
import { Pauses } from './pauses.tsx';
import { ProgressOfAll } from './progress.tsx';
import { Replies } from './replies.tsx';
import { ReplyDetail } from './reply-detail.tsx';

const SECTIONS = [
  { path: PATHS.deadLetters, title: words.operations.deadLetters.title },
  { path: PATHS.replies, title: words.operations.replies.title },
  { path: PATHS.channels, title: words.operations.channels.title },
  { path: PATHS.progress, title: words.operations.progress.title },
  { path: PATHS.lineage, title: words.operations.lineage.title },
  { path: PATHS.builds, title: words.operations.builds.title },
];

export const OperationsPage = () => (
  <PageFrame title={words.operations.title} lead={words.operations.lead}>
    <Sections />
    <Switch>
      <Route path={PATHS.deadLetters} component={DeadLetters} />
      <Route path={`${PATHS.deadLetters}/:service/:id`}>
        {({ service, id }) =>
          isService(service) ? <DeadLetterDetail service={service} id={id} /> : <Redirect to={PATHS.deadLetters} />
        }
      </Route>
      <Route path={PATHS.replies} component={Replies} />
      <Route path={`${PATHS.replies}/:replyId`}>
        {({ replyId }) => <ReplyDetail key={replyId} replyId={replyId} />}
      </Route>
      <Route path={PATHS.channels} component={Pauses} />
      <Route path={PATHS.progress} component={ProgressOfAll} />
      <Route path={PATHS.lineage} component={MessageLineage} />
      <Route path={PATHS.builds} component={Builds} />
      <Route>
        <Redirect to={PATHS.deadLetters} replace />
      </Route>
    </Switch>
  </PageFrame>
);

const isService = (name: string): name is ServiceName => SERVICES.some((each) => each === name);

const Sections = () => {
  const [path] = useLocation();
  return (
    <nav className={styles.sections} aria-label={words.operations.sections}>
      {SECTIONS.map((section) => (
        <Link
          key={section.path}
          href={section.path}
          aria-current={path === section.path || path.startsWith(`${section.path}/`) ? 'page' : undefined}
        >
          {section.title}
        </Link>
      ))}
    </nav>
  );
};
