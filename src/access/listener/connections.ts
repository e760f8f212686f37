import type { Socket } from 'node:net';
import type { Clock } from '../../lib/clock.ts';
import type { AccessLimits } from '../limits.ts';

/** The open connections of a listener: capped, and drained at its end. */
export interface Connections {
  /** Count a new TCP connection; one too many is closed and false is returned. */
  admit(socket: Socket): boolean;
  /** A socket that carries requests, or will. */
  watch(socket: Socket): void;
  /** A request began on a watched socket; call what is returned when it has ended. */
  began(socket: Socket): () => void;
  readonly isDraining: boolean;
  /** Close idle connections now, others when their request ends, all after the limit. */
  drain(): Promise<void>;
}

export function createConnections(options: {
  readonly clock: Clock;
  readonly limits: AccessLimits;
}): Connections {
  const { clock, limits } = options;
  const open = new Set<Socket>();
  const perAddress = new Map<string, number>();
  const busy = new Map<Socket, number>();
  let draining: { resolve: () => void } | undefined;

  const left = (socket: Socket, address: string): void => {
    open.delete(socket);
    const count = (perAddress.get(address) ?? 1) - 1;
    if (count === 0) perAddress.delete(address);
    else perAddress.set(address, count);
    if (open.size === 0) draining?.resolve();
  };

  return {
    get isDraining() {
      return draining !== undefined;
    },
    admit(socket) {
      const address = socket.remoteAddress ?? '';
      const count = perAddress.get(address) ?? 0;
      if (count >= limits.connectionsPerAddressMax || open.size >= limits.connectionsMax) {
        socket.destroy();
        return false;
      }
      open.add(socket);
      perAddress.set(address, count + 1);
      socket.once('close', () => left(socket, address));
      return true;
    },
    watch(socket) {
      busy.set(socket, 0);
      socket.once('close', () => busy.delete(socket));
    },
    began(socket) {
      busy.set(socket, (busy.get(socket) ?? 0) + 1);
      return () => {
        const count = busy.get(socket);
        if (count === undefined) return;
        busy.set(socket, count - 1);
        if (draining !== undefined && count === 1) socket.destroySoon();
      };
    },
    async drain() {
      const { promise, resolve } = Promise.withResolvers<void>();
      draining = { resolve };
      for (const [socket, count] of busy) if (count === 0) socket.destroy();
      if (open.size === 0) return;
      const timer = clock.schedule(limits.drainMs, () => {
        for (const socket of open) socket.destroy();
      });
      await promise;
      timer.cancel();
    },
  };
}
