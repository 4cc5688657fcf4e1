import { CSPProvider } from '@base-ui/react/csp-provider';
import { Tooltip } from '@base-ui/react/tooltip';
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { createApi } from './api/client.ts';
import { ApiProvider } from './api/context.tsx';
import { createQueryClient } from './api/query-client.ts';
import { LiveUpdates } from './live/live.tsx';
import { useOutboxUpkeep } from './outbox/use-outbox.ts';
import type { Config } from './session/config.ts';
import { SessionProvider, usePerson } from './session/context.tsx';
import type { Role } from './session/person.ts';
import { type Sessions, useSession } from './session/session.ts';
import { PAGES, pagesOf } from './shell/pages.ts';
import { Shell } from './shell/shell.tsx';
import { SessionEnded, SignIn, Starting } from './shell/sign-in.tsx';
import { Boundary } from './ui/boundary.tsx';
import { Button } from './ui/button.tsx';
import { Empty, LoadingRows } from './ui/list-state.tsx';
import { words } from './words.ts';

// Each page is a file of its own: who looks at one does not load the others.
const Inbox = lazy(async () => ({ default: (await import('./pages/inbox/inbox-page.tsx')).InboxPage }));
const Channels = lazy(async () => ({ default: (await import('./pages/channels/channels-page.tsx')).ChannelsPage }));
const Operations = lazy(async () => ({
  default: (await import('./pages/operations/operations-page.tsx')).OperationsPage,
}));

interface AppProps {
  readonly config: Config;
  readonly sessions: Sessions;
}

export const App = ({ config, sessions }: AppProps) => {
  const session = useSession(sessions);
  return (
    <CSPProvider disableStyleElements>
      <SessionProvider config={config} sessions={sessions}>
        <Tooltip.Provider>
          {session.status === 'starting' && <Starting />}
          {session.status === 'signedOut' && <SignIn reason={session.reason} />}
          {(session.status === 'signedIn' || session.status === 'ended') && (
            <Signed key={`${session.person.accountId} ${session.person.userId}`} sessions={sessions}>
              <Pages />
              {session.status === 'ended' && <SessionEnded />}
            </Signed>
          )}
        </Tooltip.Provider>
      </SessionProvider>
    </CSPProvider>
  );
};

/** Nothing of one person is left for the next. */
const Signed = ({ sessions, children }: { readonly sessions: Sessions; readonly children: ReactNode }) => {
  const [api] = useState(() => createApi(sessions));
  const [queries] = useState(createQueryClient);
  return (
    <QueryClientProvider client={queries}>
      <ApiProvider api={api}>
        <LiveUpdates>
          <OutboxUpkeep />
          {children}
        </LiveUpdates>
      </ApiProvider>
    </QueryClientProvider>
  );
};

/** What was sent goes on, whichever page is looked at. */
const OutboxUpkeep = () => {
  useOutboxUpkeep();
  return null;
};

const Pages = () => {
  const { role } = usePerson();
  const [place] = useLocation();
  return (
    <Shell>
      <Boundary place={place}>
        <Suspense fallback={<LoadingRows />}>
          <Switch>
            <Route path="/">
              <Redirect to={pagesOf(role)[0]?.path ?? '/inbox'} replace />
            </Route>
            <Route path="/inbox/:conversationId?">
              {() => <ForRoles path="/inbox" role={role} page={<Inbox />} />}
            </Route>
            <Route path="/channels/*?">{() => <ForRoles path="/channels" role={role} page={<Channels />} />}</Route>
            <Route path="/operations/*?">
              {() => <ForRoles path="/operations" role={role} page={<Operations />} />}
            </Route>
            <Route>
              <Empty isPage icon="question" title={words.shell.unknownPage.title} acts={<ToStart />}>
                <p>{words.shell.unknownPage.advice}</p>
              </Empty>
            </Route>
          </Switch>
        </Suspense>
      </Boundary>
    </Shell>
  );
};

const ToStart = () => <Button onClick={() => location.assign('/')}>{words.shell.unknownPage.act}</Button>;

interface ForRolesProps {
  readonly path: string;
  readonly role: Role;
  readonly page: ReactNode;
}

const ForRoles = ({ path, role, page }: ForRolesProps) =>
  PAGES.some((each) => each.path === path && each.roles.includes(role)) ? (
    page
  ) : (
    <Empty isPage icon="lock" title={words.shell.notYours.title} acts={<ToStart />}>
      <p>{words.shell.notYours.advice(words.shell.roles[role])}</p>
    </Empty>
  );
