import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import getPort, { portNumbers } from 'get-port';

/** Below what operating systems lend to outgoing connections, so that none takes the port of a server that is being restarted. */
const FREE_RANGE = { from: 20_000, to: 31_999 };
const CANDIDATES = 50;

/**
 * `preferred` or the next free port after it; without one any free port. It is given to nobody else who asks here, in this process
 * or in another, until this process ends: what is to listen on it starts later.
 */
export const findPort = async (preferred?: number): Promise<number> => {
  const from = preferred ?? randomInt(FREE_RANGE.from, FREE_RANGE.to - CANDIDATES);
  for (const port of portNumbers(from, from + CANDIDATES)) {
    if ((await reserve(port)) && (await getPort({ port })) === port) return port;
  }

  throw new Error(`no port between ${from} and ${from + CANDIDATES} is free`);
};

/** By the UDP port of the same number, which the operating system gives to one process only and takes back at its end. */
const reserve = async (port: number): Promise<boolean> => {
  const socket = createSocket('udp4').unref();
  socket.bind({ port, address: '127.0.0.1', exclusive: true });
  try {
    await once(socket, 'listening');

    return true;
  } catch {
    socket.close();

    return false;
  }
};
