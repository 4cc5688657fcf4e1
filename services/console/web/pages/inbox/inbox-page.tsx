import { words } from '../../words.ts';

export const InboxPage = () => <h1>{words.inbox.title}</h1>;
