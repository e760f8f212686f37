import type { TLSSocket } from 'node:tls';
import type { Clock } from '../../lib/clock.ts';
import type { AccessLimits } from '../limits.ts';

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
 *   and never when the client sent nothing in time, left, or asked for delegation
 */
export function peelGsiByte(
  socket: TLSSocket,
  options: {
    readonly clock: Clock;
    readonly limits: AccessLimits;
    readonly onReady: (httpg: boolean) => void;
  },
): void {
  const { clock, limits, onReady } = options;
  const giveUp = (): void => {
    socket.destroy();
  };
  let timer = clock.schedule(limits.firstByteMs, giveUp);
  socket.once('close', () => timer.cancel());
  const hand = (bytes: Uint8Array, httpg: boolean): void => {
    timer.cancel();
    if (bytes.length > 0) socket.unshift(bytes);
    onReady(httpg);
    socket.resume();
  };
  const look = (bytes: Buffer): void => {
    socket.pause();
    if (bytes[0] === noDelegation) hand(bytes.subarray(1), true);
    else if (bytes[0] === delegation && bytes.length === 1) {
      timer.cancel();
      timer = clock.schedule(limits.delegationByteMs, giveUp);
      socket.once('data', (more: Buffer) => {
        socket.pause();
        hand(Buffer.concat([bytes, more]), false);
      });
      socket.resume();
    } else hand(bytes, false);
  };
  socket.once('data', look);
}
