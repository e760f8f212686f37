import { constants } from 'node:crypto';
import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { Authenticate } from '../../identity/authenticate.ts';
import { assert } from '../../lib/assert.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { type Random, systemRandom } from '../../lib/random.ts';
import type { HttpDoor } from '../door.ts';
import { accessErrors } from '../errors.ts';
import { type AccessLimits, accessLimits } from '../limits.ts';
import { type Connections, createConnections } from './connections.ts';
import { createDispatch } from './dispatch.ts';
import { peelGsiByte } from './httpg.ts';
import { isLoopback } from './loopback.ts';

export interface ListenerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM. Without it, plain HTTP is served, on a loopback address only. */
  readonly tls?: { readonly key: string | Uint8Array; readonly cert: string | Uint8Array };
  /** Asked in this order. */
  readonly doors: readonly HttpDoor[];
  readonly authenticate: Authenticate;
  readonly clock: Clock;
  readonly log: Log;
  readonly random?: Random;
  readonly limits?: AccessLimits;
}

/** A listener that accepts connections. */
export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Accept no more; let requests under way end within a limit. Idempotent. */
  close(): Promise<void>;
}

/**
 * Listen for HTTP, HTTPS and httpg on one port, for all doors.
 *
 * TLS is version 1.2 here: Debian's SRM client takes the session tickets of TLS 1.3 for the end of
 * the reply. The TLS layer asks for a client certificate and accepts any: `authenticate` judges it.
 * Sessions are never resumed, because a resumed one has lost all but the first certificate.
 *
 * @throws `ACCESS_INSECURE_ADDRESS`, `ACCESS_TLS_UNUSABLE`, `ACCESS_ADDRESS_UNAVAILABLE`
 */
export async function createListener(options: ListenerOptions): Promise<Listener> {
  const { clock, host, tls, limits = accessLimits, random = systemRandom } = options;
  if (tls === undefined && !isLoopback(host)) {
    throw accessErrors.create('ACCESS_INSECURE_ADDRESS', { context: { host } });
  }
  const connections = createConnections({ clock, limits });
  const httpg = new WeakSet<Socket>();
  const isHttpg = (socket: Socket): boolean => httpg.has(socket);
  const http = createHttp(limits);
  const dispatch = createDispatch({ ...options, random, isHttpg });
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const ended = connections.began(request.socket);
    response.once('close', ended);
    if (connections.isDraining) response.shouldKeepAlive = false;
    void dispatch(request, response);
  };
  http.on('request', serve);
  // A door decides before it asks for the body, so that a refused upload is never sent.
  http.on('checkContinue', serve);
  const attach = (socket: Socket, found: boolean): void => {
    if (found) httpg.add(socket);
    http.emit('connection', socket);
  };
  const server = tls === undefined ? createTcpServer({ noDelay: true }) : createTls(tls, limits);
  server.on('connection', (socket) => {
    if (!connections.admit(socket) || tls !== undefined) return;
    connections.watch(socket);
    attach(socket, false);
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    socket.on('error', ignore);
    socket.setNoDelay(true); // the HTTP server does it only for sockets it accepted itself
    connections.watch(socket);
    peelGsiByte(socket, { clock, limits, onReady: (found) => attach(socket, found) });
  });
  const port = await listen(server, options);
  // Starts the checks of the request time-outs, which wait for the server to listen by itself.
  http.emit('listening');
  let closing: Promise<void> | undefined;
  return {
    host,
    port,
    close: () => (closing ??= shutDown({ server, http, connections })),
  };
}

function createHttp(limits: AccessLimits): HttpServer {
  assert(limits.headersMs <= limits.requestMs, 'a header is part of its request');
  const http = createHttpServer({
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
    insecureHTTPParser: false,
    requireHostHeader: true,
  });
  http.timeout = limits.stallMs;
  http.maxRequestsPerSocket = limits.requestsPerConnectionMax;
  return http;
}

function createTls(tls: NonNullable<ListenerOptions['tls']>, limits: AccessLimits): Server {
  try {
    return createTlsServer({
      key: Buffer.from(tls.key),
      cert: Buffer.from(tls.cert),
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.2',
      honorCipherOrder: true,
      ALPNProtocols: ['http/1.1'],
      secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
      handshakeTimeout: limits.handshakeMs,
    });
  } catch (cause) {
    throw accessErrors.create('ACCESS_TLS_UNUSABLE', { cause });
  }
}

async function listen(server: Server, options: ListenerOptions): Promise<number> {
  const { host, port, log } = options;
  server.on('tlsClientError', (_error: Error, socket: TLSSocket) => socket.destroy());
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ host, port }, resolve);
  try {
    await promise;
  } catch (cause) {
    throw accessErrors.create('ACCESS_ADDRESS_UNAVAILABLE', { context: { host, port }, cause });
  }
  server.off('error', reject);
  server.on('error', (error) => log.error('access.listener-failed', { reason: error.name }));
  const bound = server.address() as AddressInfo;
  log.info('access.listening', { host, port: bound.port, tls: options.tls !== undefined });
  return bound.port;
}

async function shutDown(parts: {
  readonly server: Server;
  readonly http: HttpServer;
  readonly connections: Connections;
}): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  parts.server.close(() => resolve());
  await parts.connections.drain();
  parts.http.close(); // ends its checks of time-outs; it never listened
  await promise;
}

function ignore(): void {
  // A broken connection closes, and that is when things are released.
}
