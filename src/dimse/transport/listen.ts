import { createServer, type Server, Socket, type SocketConstructorOpts } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { assert } from '../../lib/assert.ts';
import { ReadBuffer, SocketTransport } from './socket-transport.ts';
import type { Transport } from './transport.ts';

/** TLS of an acceptor: certificates and keys as node:tls takes them. */
export type TlsServerOptions = Pick<
  TlsOptions,
  'ca' | 'cert' | 'key' | 'requestCert' | 'rejectUnauthorized' | 'minVersion'
>;

/** Where to listen and how many connections to hold. */
export interface ListenOptions {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly tls?: TlsServerOptions | undefined;
  readonly connectionsMax: number;
  readonly receiveBufferSize: number;
}

/** A listening socket. */
export interface TransportListener {
  readonly port: number;
  /** Take no more connections, close the open ones when what is queued is written. */
  close(): Promise<void>;
}

/** Listen; `onTransport` must start each transport at once. */
export async function listenTransport(
  options: ListenOptions,
  onTransport: (transport: Transport) => void,
): Promise<TransportListener> {
  const server =
    options.tls === undefined
      ? createServer({ noDelay: true, pauseOnConnect: true })
      : createTlsServer({ ...options.tls, noDelay: true });
  server.maxConnections = options.connectionsMax;
  const event = options.tls === undefined ? 'connection' : 'secureConnection';
  const open = new Set<Socket>();
  server.on(event, (accepted: Socket) => {
    accepted.on('error', () => {}); // told by the close that follows
    const readBuffer =
      options.tls === undefined ? new ReadBuffer(options.receiveBufferSize) : undefined;
    const socket = readBuffer === undefined ? accepted : withReadBuffer(accepted, readBuffer);
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    onTransport(new SocketTransport(socket, readBuffer));
  });
  server.on('tlsClientError', (_, socket: Socket) => socket.destroy());
  await listening(server, options);
  const address = server.address();
  assert(address !== null && typeof address === 'object', 'a listening server has an address');
  return {
    port: address.port,
    close() {
      const closed = closing(server);
      for (const socket of open) socket.destroySoon();
      return closed;
    },
  };
}

/**
 * The same connection as a socket that reads into one reused buffer.
 *
 * node:net offers `onread` to sockets that connect but not to those a server accepts; a socket can
 * however be made around the connection's handle. Reading by 'data' events instead costs a third
 * more time for a C-STORE of large objects, as each chunk is fresh memory.
 */
function withReadBuffer(accepted: Socket, readBuffer: ReadBuffer): Socket {
  const owner = accepted as unknown as { _handle: object | null }; // not in the public types
  const handle = owner._handle;
  assert(handle !== null, 'an accepted socket has a handle');
  owner._handle = null;
  const options = { handle, onread: readBuffer, readable: true, writable: true };
  const socket = new Socket(options as SocketConstructorOpts);
  // The accepted socket counts as one of the server's connections until it is closed.
  socket.once('close', () => accepted.destroy());
  socket.on('error', () => {});
  return socket;
}

function listening(server: Server, options: ListenOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(options.port, options.host, () => {
    server.off('error', reject);
    server.on('error', () => {}); // an accept that failed, for want of descriptors: go on
    resolve();
  });
  return promise;
}

function closing(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
