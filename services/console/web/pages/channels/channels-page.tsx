import { words } from '../../words.ts';

export const ChannelsPage = () => <h1>{words.channels.title}</h1>;
