import type { Role } from '../session/person.ts';
import type { IconName } from '../ui/icon.tsx';
import { words } from '../words.ts';

interface Page {
  readonly path: string;
  readonly title: string;
  readonly icon: IconName;
  readonly roles: readonly Role[];
}

/** Who is shown which page. What somebody may do there, the services decide. */
export const PAGES: readonly Page[] = [
  { path: '/inbox', title: words.inbox.title, icon: 'inbox', roles: ['agent', 'administrator'] },
  { path: '/channels', title: words.channels.title, icon: 'channels', roles: ['administrator'] },
  { path: '/operations', title: words.operations.title, icon: 'operations', roles: ['operator'] },
];

export const pagesOf = (role: Role): readonly Page[] => PAGES.filter(({ roles }) => roles.includes(role));
