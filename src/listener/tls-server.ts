import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { listenerErrors } from './errors.ts';
import type { ListenerLimits } from './limits.ts';

/** PEM of the key and of the certificate with its intermediates. */
export interface TlsFiles {
  readonly key: string | Uint8Array;
  readonly cert: string | Uint8Array;
}

/** Begins TLS on a connection; `onSecure` is called after the handshake, or never. */
export type TlsLayer = (socket: Socket, onSecure: (secure: TLSSocket) => void) => void;

/**
 * TLS for connections that were accepted elsewhere.
 *
 * It is version 1.2: Debian's SRM client takes the session tickets of TLS 1.3 for the end of the
 * reply. A client certificate is asked for and any is accepted: `authenticate` judges it. Sessions
 * are never resumed, because a resumed one has lost all but the first certificate.
 *
 * @throws `LISTENER_TLS_UNUSABLE`
 */
export function createTlsLayer(tls: TlsFiles, limits: ListenerLimits): TlsLayer {
  const server = createTlsServer(tls, limits);
  // The server does not say of which connection a secure one is made; the two ends name it.
  const waiting = new Map<string, (secure: TLSSocket) => void>();
  server.on('secureConnection', (secure: TLSSocket) => {
    secure.on('error', ignore);
    const onSecure = waiting.get(endsOf(secure));
    if (onSecure === undefined) secure.destroy();
    else onSecure(secure);
  });
  return (socket, onSecure) => {
    const ends = endsOf(socket);
    waiting.set(ends, onSecure);
    socket.once('close', () => {
      if (waiting.get(ends) === onSecure) waiting.delete(ends);
    });
    server.emit('connection', socket);
  };
}

function endsOf(socket: Socket): string {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  return `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
}

function createTlsServer(tls: TlsFiles, limits: ListenerLimits): Server {
  try {
    const server = createServer({
      key: Buffer.from(tls.key),
      cert: Buffer.from(tls.cert),
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.2',
      honorCipherOrder: true,
      ALPNProtocols: ['http/1.1'],
      secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
      handshakeTimeout: limits.turnMs,
    });
    server.on('tlsClientError', (_error: Error, socket: TLSSocket) => socket.destroy());
    return server;
  } catch (cause) {
    throw listenerErrors.create('LISTENER_TLS_UNUSABLE', { cause });
  }
}

function ignore(): void {
  // A broken connection closes, and that is when things are released.
}
