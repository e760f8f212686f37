import type { TLSSocket } from 'node:tls';
import type { Clock } from '../lib/clock.ts';
import type { ListenerLimits } from './limits.ts';

const noDelegation = 0x30; // '0'
const delegation = 0x44; // 'D'

/**
 * Wait for the first bytes of a connection and take off the byte a GSI client puts before HTTP.
 *
 * A client of httpg sends one byte after the handshake: `0` (no delegation), or `D`, after which it
 * waits for a certificate request that it will never get here. HTTP has no method that begins with
 * `0`, and a lone `D` that stays alone is no `DELETE`. So one port serves httpg and https.
 *
 * @param onReady gets the socket with the byte gone, and whether it was there; called at most once,
 *   and never when the client sent nothing, left, or asked for delegation; how long it may take to
 *   send something is not decided here
 */
export function peelGsiByte(
  socket: TLSSocket,
  options: {
    readonly clock: Clock;
    readonly limits: ListenerLimits;
    readonly onReady: (httpg: boolean) => void;
  },
): void {
  const { clock, limits, onReady } = options;
  const hand = (bytes: Uint8Array, httpg: boolean): void => {
    if (bytes.length > 0) socket.unshift(bytes);
    onReady(httpg);
    socket.resume();
  };
  const look = (bytes: Buffer): void => {
    socket.pause();
    if (bytes[0] === noDelegation) hand(bytes.subarray(1), true);
    else if (bytes[0] === delegation && bytes.length === 1) {
      const timer = clock.schedule(limits.delegationByteMs, () => socket.destroy());
      socket.once('close', () => timer.cancel());
      socket.once('data', (more: Buffer) => {
        timer.cancel();
        socket.pause();
        hand(Buffer.concat([bytes, more]), false);
      });
      socket.resume();
    } else hand(bytes, false);
  };
  socket.once('data', look);
}
