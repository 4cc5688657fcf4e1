import { type ReactNode, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useLiveStatus } from '../live/live.tsx';
import { useConfig, usePerson, useSessions } from '../session/context.tsx';
import { kept } from '../session/kept.ts';
import { createUnsentStore } from '../session/unsent.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Banner } from '../ui/banner.tsx';
import { Button, Hint } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { Menu, MenuChoice, MenuItem, MenuSeparator, MenuText } from '../ui/menu.tsx';
import { words } from '../words.ts';
import { pagesOf } from './pages.ts';
import styles from './shell.module.css';
import { type Theme, useTheme } from './theme.ts';

/** What stands around every page: where one can go, who one is, and whether the line is up. */
export const Shell = ({ children }: { readonly children: ReactNode }) => {
  const [path] = useLocation();
  const live = useLiveStatus();
  const isCovered = path.startsWith('/inbox/');
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#page">
        {words.shell.skip}
      </a>
      <nav className={`${styles.rail} ${isCovered ? styles.isCovered : ''}`} aria-label={words.shell.navigation}>
        <span className={styles.logo} aria-hidden="true">
          <Icon name="mark" size={20} />
        </span>
        <PageLinks path={path} />
        <AccountMenu />
      </nav>
      <div className={styles.strips} aria-live="polite">
        {live === 'away' && (
          <Banner tone="warn" icon="offline" isStrip>
            {words.shell.away}
          </Banner>
        )}
      </div>
      <main id="page" tabIndex={-1} className={styles.page}>
        {children}
      </main>
    </div>
  );
};

const PageLinks = ({ path }: { readonly path: string }) => (
  <ul>
    {pagesOf(usePerson().role).map((page) => (
      <li key={page.path}>
        <Hint text={page.title} side="right">
          <Link
            href={page.path}
            className={styles.link}
            aria-label={page.title}
            aria-current={path === page.path || path.startsWith(`${page.path}/`) ? 'page' : undefined}
          >
            <Icon name={page.icon} />
          </Link>
        </Hint>
      </li>
    ))}
  </ul>
);

const THEMES: readonly { readonly value: Theme; readonly label: string; readonly icon: 'screen' | 'sun' | 'moon' }[] = [
  { value: 'system', label: words.shell.themes.system, icon: 'screen' },
  { value: 'light', label: words.shell.themes.light, icon: 'sun' },
  { value: 'dark', label: words.shell.themes.dark, icon: 'moon' },
];

const AccountMenu = () => {
  const person = usePerson();
  const { name, role, accountId } = person;
  const { phoneUrl } = useConfig();
  const sessions = useSessions();
  const [theme, setTheme] = useTheme();
  const [unsent, setUnsent] = useState(0);
  const signOut = (): void => {
    const { length } = createUnsentStore(kept, person).all();
    setUnsent(length);
    if (length === 0) void sessions.signOut();
  };
  return (
    <>
      <Menu
        side="right"
        trigger={
          <button type="button" className={styles.me} aria-label={words.shell.account}>
            <Avatar name={name} size={34} />
          </button>
        }
      >
        <MenuText>{words.shell.signedInAs(words.shell.roles[role], accountId)}</MenuText>
        {phoneUrl !== null && (
          <MenuItem icon="phone" onSelect={() => window.open(phoneUrl, '_blank', 'noopener')}>
            {words.shell.phone}
          </MenuItem>
        )}
        <MenuSeparator />
        <MenuChoice label={words.shell.theme} value={theme} choices={THEMES} onChange={setTheme} />
        <MenuSeparator />
        <MenuItem icon="signOut" onSelect={signOut}>
          {words.shell.signOut}
        </MenuItem>
      </Menu>
      {unsent > 0 && (
        <UnsentDialog count={unsent} onStay={() => setUnsent(0)} onLeave={() => void sessions.signOut()} />
      )}
    </>
  );
};

interface UnsentDialogProps {
  readonly count: number;
  readonly onStay: () => void;
  readonly onLeave: () => void;
}

const UnsentDialog = ({ count, onStay, onLeave }: UnsentDialogProps) => (
  <Dialog
    isOpen
    onClose={onStay}
    title={words.shell.unsent.title(count)}
    acts={
      <>
        <Button onClick={onStay}>{words.common.cancel}</Button>
        <Button look="danger" onClick={onLeave}>
          {words.shell.signOut}
        </Button>
      </>
    }
  >
    <p>{words.shell.unsent.advice}</p>
  </Dialog>
);
