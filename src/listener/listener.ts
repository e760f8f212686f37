import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Authenticate } from '../identity/authenticate.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { type Random, systemRandom } from '../lib/random.ts';
import { bindTo } from './bind-to.ts';
import { createConnections } from './connections.ts';
import { createDispatch, type OnRefused } from './dispatch.ts';
import type { HttpDoor } from './door.ts';
import { createHttp } from './http-server.ts';
import { peelGsiByte } from './httpg.ts';
import { type ListenerLimits, listenerLimits } from './limits.ts';
import { refusePlainHttp } from './loopback.ts';
import { createProxyList } from './proxy-list.ts';
import { RequestGate } from './request-gate.ts';
import { createTlsLayer, type TlsFiles } from './tls-server.ts';

export interface ListenerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM. Without it, plain HTTP is served, on a loopback address only. */
  readonly tls?: TlsFiles;
  /** Asked in this order. */
  readonly doors: readonly HttpDoor[];
  readonly authenticate: Authenticate;
  readonly clock: Clock;
  readonly log: Log;
  readonly random?: Random;
  readonly limits?: ListenerLimits;
  /** Hears of what doors refuse. */
  readonly onRefused?: OnRefused;
  /** Addresses and CIDR ranges of front proxies: many callers come from one of them. */
  readonly proxies?: readonly string[];
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
 * A connection is read when its turn comes, and belongs to its address until `authenticate`, or a
 * door, says whose it is. One request of it is answered at a time.
 *
 * @throws `LISTENER_INSECURE_ADDRESS`, `LISTENER_TLS_UNUSABLE`, `LISTENER_ADDRESS_IN_USE`,
 *   `LISTENER_ADDRESS_UNAVAILABLE`
 */
export async function createListener(options: ListenerOptions): Promise<Listener> {
  const { clock, host, tls, log, limits = listenerLimits, random = systemRandom } = options;
  if (tls === undefined) refusePlainHttp(host);
  const isProxy = createProxyList(options.proxies ?? []);
  const connections = createConnections({ clock, limits, log, isProxy });
  const gates = new WeakMap<Socket, RequestGate>();
  const httpg = new WeakSet<Socket>();
  const http = createHttp(limits);
  const dispatch = createDispatch({
    ...options,
    limits,
    random,
    recognise: (socket, subject) => connections.recognise(socket, subject),
    isHttpg: (socket) => httpg.has(socket),
  });
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const gate = gates.get(request.socket);
    gate?.began(request);
    const ended = connections.began(request);
    response.once('close', () => {
      ended();
      gate?.answered();
    });
    if (connections.isDraining) response.shouldKeepAlive = false;
    void dispatch(request, response);
  };
  http.on('request', serve);
  // A door decides before it asks for the body, so that a refused upload is never sent.
  http.on('checkContinue', serve);
  // What Node answers by itself would be answered out of turn.
  http.on('checkExpectation', serve);
  const attach = (socket: Socket): void => {
    http.emit('connection', socket);
    const askAgain = (go: () => void): void => connections.askAgain(socket, go);
    gates.set(socket, new RequestGate(socket, { limits, askAgain }));
  };
  const secure = tls === undefined ? undefined : createTlsLayer(tls, limits);
  const begin = (socket: Socket): void => {
    if (secure === undefined) {
      attach(socket);
      socket.resume();
      return;
    }
    secure(socket, (carrier) => {
      connections.watch(carrier, socket);
      carrier.setNoDelay(true); // the HTTP server does it only for sockets it accepted itself
      peelGsiByte(carrier, {
        clock,
        limits,
        onReady(found) {
          if (found) httpg.add(carrier);
          attach(carrier);
        },
      });
    });
  };
  // Nothing is read of a connection before its turn.
  const server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => {
    socket.on('error', ignore);
    connections.admit(socket, () => begin(socket));
  });
  await bindTo(server, { host, port: options.port });
  server.on('error', (error) => log.error('listener.failed', { reason: error.name }));
  const { port } = server.address() as AddressInfo;
  // Starts the checks of the request time-outs, which wait for the server to listen by itself.
  http.emit('listening');
  let closing: Promise<void> | undefined;
  const shutDown = async (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    server.close(() => resolve());
    await connections.drain();
    http.close(); // ends its checks of time-outs; it never listened
    await promise;
  };
  log.info('listener.listening', { host, port, tls: tls !== undefined });
  return { host, port, close: () => (closing ??= shutDown()) };
}

function ignore(): void {
  // A broken connection closes, and that is when things are released.
}
