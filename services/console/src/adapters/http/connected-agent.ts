import { Agent } from 'node:http';
import { connect, type NetConnectOpts } from 'node:net';
import type { Duplex } from 'node:stream';

/** No connection was made, so that nothing of the request can have arrived. */
export class NeverConnected extends Error {
  constructor(cause?: Error) {
    super('no connection was made', { cause });
    this.name = 'NeverConnected';
  }
}

const CONNECT_WITHIN_MS = 2_000;

/**
 * Keeps connections, and gives a request its socket only once that is connected. Until then nothing of the request is read,
 * so that one that fails with `NeverConnected` can be sent elsewhere whole, its body included.
 */
export const createConnectedAgent = (): Agent => {
  const agent = new Agent({ keepAlive: true });
  agent.createConnection = (options, onConnected) => {
    const socket = connect(options as NetConnectOpts);
    const settle = (error: Error | null): void => {
      clearTimeout(patience);
      socket.off('connect', onConnect).off('error', onError);
      if (error !== null) socket.on('error', () => {}).destroy();
      onConnected?.(error, socket as Duplex);
    };
    const onConnect = (): void => settle(null);
    const onError = (cause: Error): void => settle(new NeverConnected(cause));
    const patience = setTimeout(() => settle(new NeverConnected()), CONNECT_WITHIN_MS);
    socket.once('connect', onConnect).once('error', onError);

    return undefined;
  };

  return agent;
};
