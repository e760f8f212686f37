import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { addressGroup } from '../lib/address/address-group.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { LateCloser } from '../lib/late-closer.ts';
import type { Log } from '../lib/log.ts';
import { type Origin, Pace } from '../lib/pace.ts';
import { Admission } from './admission.ts';
import { CallerQuota } from './caller-quota.ts';
import type { ListenerLimits } from './limits.ts';
import { Rounds } from './rounds.ts';

/**
 * The open connections of a listener. One is a guest's until somebody proves on it who he is: then
 * it counts against that caller, and no more against the address it comes from.
 */
export interface Connections {
  /** Take a new TCP connection; `begin` is called when it may be read. */
  admit(socket: Socket, begin: () => void): void;
  /** `carrier` carries the requests of an admitted `socket`: TLS over it, or itself. */
  watch(carrier: Socket, socket: Socket): void;
  /** A request began; call what is returned when its answer has ended. One at a time. */
  began(request: IncomingMessage): () => void;
  /** `go` is called when one more request may be read of a connection. One at a time. */
  askAgain(carrier: Socket, go: () => void): void;
  /** Somebody proved who he is. False: he has as many connections as he may. */
  recognise(carrier: Socket, subject: string): boolean;
  readonly isDraining: boolean;
  /** Close idle connections now, others when their request ends, all after the limit. */
  drain(): Promise<void>;
}

/** What is known of one connection. */
interface Connection {
  readonly socket: Socket;
  readonly origin: Origin;
  /** Tokens of the pace of strangers that it took. */
  taken: number;
  /** While it waits for another. */
  stopWaiting: (() => void) | undefined;
  /** Gives back the turn of a guest. */
  leave: () => void;
  deadline: Timer | undefined;
  subject: string | undefined;
  /** What is being answered. */
  request: IncomingMessage | undefined;
  /** Ends with that request. */
  isLast: boolean;
}

export function createConnections(options: {
  readonly clock: Clock;
  readonly limits: ListenerLimits;
  readonly log: Log;
  /** Whether an address is that of a front proxy. */
  readonly isProxy: (address: string) => boolean;
}): Connections {
  const { clock, limits, log, isProxy } = options;
  const pace = new Pace(clock, limits);
  const admission = new Admission(limits, pace);
  const rounds = new Rounds(limits);
  const callers = new CallerQuota(limits);
  const open = new Set<Connection>();
  const of = new WeakMap<Socket, Connection>();
  let draining: { resolve: () => void } | undefined;
  const lateCloser = new LateCloser(clock, limits);
  let cutLoggedMs = Number.NEGATIVE_INFINITY;

  const closed = (connection: Connection): void => {
    open.delete(connection);
    connection.deadline?.cancel();
    connection.stopWaiting?.();
    connection.leave();
    if (connection.subject !== undefined) callers.giveBack(connection.subject);
    if (open.size === 0) draining?.resolve();
  };

  const cut = (socket: Socket, network: string): void => {
    lateCloser.close(socket);
    const nowMs = clock.monotonicMs();
    if (nowMs - cutLoggedMs < limits.cutLogEveryMs) return;
    cutLoggedMs = nowMs;
    log.warn('listener.no_room', { network });
  };

  /** A guest's time is up. What is being answered may end, within as much time again. */
  const overdue = (connection: Connection): void => {
    if (connection.request?.complete !== true || connection.isLast) connection.socket.destroy();
    else {
      connection.isLast = true;
      connection.deadline = clock.schedule(limits.turnMs, () => overdue(connection));
    }
  };

  return {
    get isDraining() {
      return draining !== undefined;
    },
    admit(socket, begin) {
      const address = socket.remoteAddress ?? '';
      const origin = { network: addressGroup(address), isExempt: isProxy(address) };
      const connection: Connection = {
        socket,
        origin,
        taken: 0,
        stopWaiting: undefined,
        leave: () => undefined,
        deadline: undefined,
        subject: undefined,
        request: undefined,
        isLast: false,
      };
      open.add(connection);
      of.set(socket, connection);
      socket.once('close', () => closed(connection));
      connection.leave = admission.enter(origin, {
        cut: () => cut(socket, origin.network),
        begin() {
          connection.taken = 1;
          rounds.enter(origin.network, () => {
            if (!open.has(connection)) return;
            connection.deadline = clock.schedule(limits.turnMs, () => overdue(connection));
            begin();
          });
        },
      });
    },
    watch(carrier, socket) {
      const connection = of.get(socket);
      if (connection !== undefined) of.set(carrier, connection);
    },
    began(request) {
      const { socket: carrier } = request;
      const connection = of.get(carrier);
      if (connection === undefined) return () => undefined;
      connection.request = request;
      return () => {
        connection.request = undefined;
        if (connection.isLast || draining !== undefined) carrier.destroySoon();
      };
    },
    askAgain(carrier, go) {
      const connection = of.get(carrier);
      if (connection === undefined) return go();
      const { origin, subject } = connection;
      if (subject !== undefined) return rounds.enter(subject, go);
      const isTaken = (): void => {
        connection.taken += 1;
        connection.stopWaiting = undefined;
        rounds.enter(origin.network, go);
      };
      if (pace.take(origin)) isTaken();
      else connection.stopWaiting = pace.wait(origin, isTaken);
    },
    recognise(carrier, subject) {
      const connection = of.get(carrier);
      if (connection === undefined || connection.subject === subject) return true;
      // He is known, even if he has too many: from now on he answers for it, not his network.
      pace.giveBack(connection.origin, connection.taken);
      connection.taken = 0;
      if (!callers.take(subject)) return false;
      if (connection.subject !== undefined) callers.giveBack(connection.subject);
      connection.subject = subject;
      connection.isLast = false;
      connection.deadline?.cancel();
      connection.leave();
      return true;
    },
    async drain() {
      const { promise, resolve } = Promise.withResolvers<void>();
      draining = { resolve };
      for (const { socket, request } of open) if (request === undefined) socket.destroy();
      if (open.size === 0) return;
      const timer = clock.schedule(limits.drainMs, () => {
        for (const { socket } of open) socket.destroy();
      });
      await promise;
      timer.cancel();
    },
  };
}
