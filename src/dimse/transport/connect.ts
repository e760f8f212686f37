import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { Clock } from '../../lib/clock.ts';
import { dimseErrors } from '../errors.ts';
import { ReadBuffer, SocketTransport } from './socket-transport.ts';
import type { Transport } from './transport.ts';

/** TLS of a requestor: certificates and keys as node:tls takes them; the peer is always verified. */
export type TlsClientOptions = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'servername' | 'minVersion'
>;

/** Where to connect to. */
export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  readonly tls?: TlsClientOptions | undefined;
  readonly clock: Clock;
  readonly connectMs: number;
  readonly receiveBufferSize: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Open a transport connection.
 *
 * @throws MdmError `DIMSE_CONNECTION_FAILED`, `DIMSE_TIMEOUT`; the signal's reason when it aborts
 */
export function connectTransport(options: ConnectOptions): Promise<Transport> {
  const { host, port, signal } = options;
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Transport>();
  const { socket, readBuffer, readyEvent } = makeSocket(options);
  const fail = (error: unknown): void => {
    settle();
    socket.destroy();
    reject(error);
  };
  const onError = (cause: Error): void =>
    fail(dimseErrors.create('DIMSE_CONNECTION_FAILED', { cause, context: { host, port } }));
  const onAbort = (): void => fail(signal?.reason);
  const onReady = (): void => {
    settle();
    resolve(new SocketTransport(socket, readBuffer));
  };
  const timer = options.clock.schedule(options.connectMs, () =>
    fail(dimseErrors.create('DIMSE_TIMEOUT', { message: 'connect', context: { host, port } })),
  );
  const settle = (): void => {
    timer.cancel();
    signal?.removeEventListener('abort', onAbort);
    socket.off('error', onError).off(readyEvent, onReady);
    // An error after the end of the wait must not go unheard: the transport listens from start on.
    socket.on('error', () => {});
  };
  socket.once('error', onError).once(readyEvent, onReady);
  signal?.addEventListener('abort', onAbort, { once: true });
  return promise;
}

function makeSocket(options: ConnectOptions): {
  socket: Socket;
  readBuffer: ReadBuffer | undefined;
  readyEvent: 'connect' | 'secureConnect';
} {
  const { host, port, tls } = options;
  if (tls !== undefined) {
    const socket = connectTls({ ...tls, host, port, rejectUnauthorized: true });
    return { socket, readBuffer: undefined, readyEvent: 'secureConnect' };
  }
  const readBuffer = new ReadBuffer(options.receiveBufferSize);
  const socket = connectTcp({ host, port, noDelay: true, onread: readBuffer });
  return { socket, readBuffer, readyEvent: 'connect' };
}
