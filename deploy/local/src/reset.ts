import { rm } from 'node:fs/promises';
import { places } from './places.ts';
import { takeLock } from './run-lock.ts';
import { removeState } from './state.ts';

/** `npm run reset`: the next start begins with no data. */
const lock = await takeLock(places.lock);
if (lock === null) {
  console.error('npm start is running here; stop it first (Ctrl-C in its terminal).');
  process.exit(1);
}
await removeState(places.state);
await rm(places.logs, { recursive: true, force: true });
await rm(places.addresses, { force: true });
await lock.release();
console.log('All local data is removed. npm start begins anew.');
// The client of a container engine may hold a connection open.
process.exit(0);
