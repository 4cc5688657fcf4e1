import { readFileSync } from 'node:fs';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectEncrypted } from 'node:tls';

/** Paths of PEM files; without `caFile` the machine's own authorities count. */
export interface TlsFiles {
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

export interface SocketRequest {
  readonly host: string;
  readonly port: number;
  readonly onConnect: () => void;
}

/** The files are read for each connection, so that a certificate that was renewed in its place is used from then on. */
export const openSocket = ({ host, port, onConnect }: SocketRequest, tls: TlsFiles | undefined): Socket => {
  if (tls === undefined) return connect({ host, port, noDelay: true }, onConnect);
  const { caFile, certFile, keyFile } = tls;
  const socket = connectEncrypted(
    {
      ...{ host, port },
      // An address is no name that a server could be asked for by.
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
      ...(certFile === undefined ? {} : { cert: readFileSync(certFile) }),
      ...(keyFile === undefined ? {} : { key: readFileSync(keyFile) }),
    },
    onConnect,
  );
  return socket.setNoDelay(true);
};
