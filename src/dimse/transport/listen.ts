import { createServer, type Server, Socket, type SocketConstructorOpts } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { assert } from '../../lib/assert.ts';
import type { Clock } from '../../lib/clock.ts';
import { LateCloser } from '../../lib/late-closer.ts';
import { dimseErrors } from '../errors.ts';
import { ConnectionTurns, type TurnLimits } from './connection-turns.ts';
import { ReadBuffer, SocketTransport } from './socket-transport.ts';
import type { Transport } from './transport.ts';

/** TLS of an acceptor: certificates and keys as node:tls takes them. */
export type TlsServerOptions = Pick<
  TlsOptions,
  'ca' | 'cert' | 'key' | 'requestCert' | 'rejectUnauthorized' | 'minVersion'
>;

/** Where to listen and how many connections to hold. */
export interface ListenOptions extends TurnLimits {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly tls?: TlsServerOptions | undefined;
  /** Addresses that go first; undefined: all are alike. */
  readonly isExpected?: ((remoteAddress: string) => boolean) | undefined;
  readonly clock: Clock;
  /** Who finds no room to wait is closed so much later, so many at a time. */
  readonly cutAfterMs: number;
  readonly cutHeldMax: number;
  readonly receiveBufferSize: number;
  /** A TLS handshake must end within it. */
  readonly artimMs: number;
}

/** A listening socket. */
export interface TransportListener {
  readonly port: number;
  /** Take no more connections, close the open ones when what is queued is written. */
  close(): Promise<void>;
}

/** A connection whose turn has come. */
export interface AcceptedTransport {
  readonly transport: Transport;
  /** Somebody was accepted on it: it no longer counts against its address. */
  readonly leaveTurns: () => void;
}

/** Listen; `onTransport` must start each transport at once. */
export async function listenTransport(
  options: ListenOptions,
  onTransport: (accepted: AcceptedTransport) => void,
): Promise<TransportListener> {
  const { clock, isExpected = () => true } = options;
  const turns = new ConnectionTurns({ clock, limits: options, isExpected });
  const lateCloser = new LateCloser(clock, options);
  const begin = options.tls === undefined ? beginPlain : beginTls(options.tls, options);
  const server = createServer({ noDelay: true, pauseOnConnect: true });
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    socket.on('error', () => {}); // told by the close that follows
    open.add(socket);
    // Its turn may have come before it is known how to leave.
    const leaveTurns = (): void => leave();
    const leave = turns.enter({
      remoteAddress: socket.remoteAddress ?? '',
      begin: () => begin(socket, options, (transport) => onTransport({ transport, leaveTurns })),
      drop: () => lateCloser.close(socket),
    });
    socket.once('close', () => {
      open.delete(socket);
      leaveTurns();
    });
  });
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

type Begin = (
  socket: Socket,
  options: ListenOptions,
  onTransport: (transport: Transport) => void,
) => void;

const beginPlain: Begin = (socket, { receiveBufferSize }, onTransport) => {
  const readBuffer = new ReadBuffer(receiveBufferSize);
  onTransport(new SocketTransport(withReadBuffer(socket, readBuffer), readBuffer));
};

/** A server that never listens: it is given the connections whose turn has come. */
function beginTls(tls: TlsServerOptions, { artimMs }: ListenOptions): Begin {
  const server = createTlsServer({ ...tls, noDelay: true, handshakeTimeout: artimMs });
  const waiting = new Map<string, (transport: Transport) => void>();
  const nameOf = (socket: Socket): string => `${socket.remoteAddress} ${socket.remotePort}`;
  server.on('secureConnection', (socket) => {
    socket.on('error', () => {});
    waiting.get(nameOf(socket))?.(new SocketTransport(socket));
  });
  server.on('tlsClientError', (_, socket) => socket.destroy());
  return (socket, _, onTransport) => {
    const name = nameOf(socket);
    waiting.set(name, onTransport);
    socket.once('close', () => waiting.delete(name));
    server.emit('connection', socket);
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
  // The accepted socket is what was counted: it closes with its successor.
  socket.once('close', () => accepted.destroy());
  socket.on('error', () => {});
  return socket;
}

function listening(server: Server, options: ListenOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const { host, port } = options;
  server.once('error', (cause: NodeJS.ErrnoException) => {
    const context = { host, port, reason: cause.code ?? 'unknown' };
    reject(dimseErrors.create('DIMSE_ADDRESS_UNAVAILABLE', { cause, context }));
  });
  server.listen(port, host, () => {
    server.removeAllListeners('error');
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
