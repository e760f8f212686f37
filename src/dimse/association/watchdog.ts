import type { Clock, Timer } from '../../lib/clock.ts';
import type { Awaited } from './association-end.ts';

/** What the watchdog looks at when it looks. */
export interface Watched {
  /** How long the peer may be silent now. */
  silenceMs(): number;
  readonly pduMs: number;
  /** The local side has stopped reading, so the peer cannot be blamed. */
  isPaused(): boolean;
  onExpired(waitingFor: Awaited): void;
}

/**
 * Finds a peer that is silent, or that drips a PDU, with one timer that is armed again only when
 * it fires: traffic costs no more than a reading of the clock.
 */
export class Watchdog {
  readonly #clock: Clock;
  readonly #watched: Watched;
  #timer: Timer | undefined;
  #activeMs: number;
  #pduStartedMs: number | undefined;
  #running = true;

  constructor(clock: Clock, watched: Watched) {
    this.#clock = clock;
    this.#watched = watched;
    this.#activeMs = clock.monotonicMs();
    this.#arm(Math.min(watched.silenceMs(), watched.pduMs));
  }

  /** The peer took or gave something. */
  active(): void {
    this.#activeMs = this.#clock.monotonicMs();
  }

  /** A chunk was used up; `pdu` is whether it ended inside one and whether that one is new. */
  chunkDone(pdu: { readonly isInside: boolean; readonly isNew: boolean }): void {
    this.#activeMs = this.#clock.monotonicMs();
    if (!pdu.isInside) this.#pduStartedMs = undefined;
    else if (pdu.isNew || this.#pduStartedMs === undefined) this.#pduStartedMs = this.#activeMs;
  }

  stop(): void {
    this.#running = false;
    this.#timer?.cancel();
  }

  #arm(delayMs: number): void {
    this.#timer = this.#clock.schedule(delayMs, () => this.#look());
  }

  #look(): void {
    if (!this.#running) return;
    const { pduMs } = this.#watched;
    const silenceMs = this.#watched.silenceMs();
    if (this.#watched.isPaused()) return this.#arm(Math.min(silenceMs, pduMs));
    const nowMs = this.#clock.monotonicMs();
    const silenceLeftMs = this.#activeMs + silenceMs - nowMs;
    const pduLeftMs = (this.#pduStartedMs ?? nowMs) + pduMs - nowMs;
    if (pduLeftMs <= 0) return this.#watched.onExpired('rest of a PDU');
    if (silenceLeftMs <= 0) return this.#watched.onExpired('message');
    this.#arm(Math.min(silenceLeftMs, pduLeftMs));
  }
}
