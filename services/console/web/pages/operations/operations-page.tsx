import { words } from '../../words.ts';

export const OperationsPage = () => <h1>{words.operations.title}</h1>;
