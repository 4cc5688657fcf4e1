import { randomInt } from 'node:crypto';
import getPort, { portNumbers } from 'get-port';

/** Below what operating systems lend to outgoing connections, so that none takes the port of a server that is being restarted. */
const FREE_RANGE = { from: 20_000, to: 31_999 };
const CANDIDATES = 50;

/** `preferred` or the next free port after it; without one any free port. This process is never given the same port twice. */
export const findPort = (preferred?: number): Promise<number> => {
  const from = preferred ?? randomInt(FREE_RANGE.from, FREE_RANGE.to - CANDIDATES);

  return getPort({ port: portNumbers(from, from + CANDIDATES), reserve: true });
};
