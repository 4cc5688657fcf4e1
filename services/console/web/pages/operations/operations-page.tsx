import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import { SERVICES, type ServiceName } from '../../api/client.ts';
import { PageFrame } from '../../ui/page-frame.tsx';
import { words } from '../../words.ts';
import { DeadLetterDetail } from './dead-letter-detail.tsx';
import { DeadLetters } from './dead-letters.tsx';
import styles from './operations.module.css';
import { PATHS } from './paths.ts';
import { Pauses } from './pauses.tsx';
import { Replies } from './replies.tsx';
import { ReplyDetail } from './reply-detail.tsx';

const SECTIONS = [
  { path: PATHS.deadLetters, title: words.operations.deadLetters.title },
  { path: PATHS.replies, title: words.operations.replies.title },
  { path: PATHS.channels, title: words.operations.channels.title },
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
