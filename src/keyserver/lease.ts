import type { Clock } from '../lib/clock.ts';
import { keyserverErrors } from './errors.ts';
import { keyserverLimits } from './limits.ts';

/**
 * Until when the server may answer: a lease on the newest policies, held in memory only, so that a
 * restarted or restored server answers nobody before it has heard from the gateway.
 */
export class Lease {
  readonly #clock: Clock;
  readonly #leaseMs: number;
  #endsMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, leaseMs: number) {
    this.#clock = clock;
    this.#leaseMs = leaseMs;
  }

  /**
   * Renew from when the heartbeat was signed, not from when it came: one that was held back or is
   * sent again renews nothing more.
   * @throws KEYSERVER_HEARTBEAT_STALE
   */
  renew(signedMs: number): void {
    const ageMs = this.#clock.nowMs() - signedMs;
    if (!(ageMs >= -keyserverLimits.clockSkewMs && ageMs < this.#leaseMs))
      throw keyserverErrors.create('KEYSERVER_HEARTBEAT_STALE', { context: { ageMs } });
    const endsMs = this.#clock.monotonicMs() + this.#leaseMs - Math.max(0, ageMs);
    this.#endsMs = Math.max(this.#endsMs, endsMs);
  }

  /** Answer nobody until it is renewed. */
  end(): void {
    this.#endsMs = Number.NEGATIVE_INFINITY;
  }

  remainingMs(): number {
    return Math.max(0, Math.ceil(this.#endsMs - this.#clock.monotonicMs()));
  }

  /** @throws KEYSERVER_LEASE_EXPIRED */
  check(): void {
    if (this.remainingMs() === 0) throw keyserverErrors.create('KEYSERVER_LEASE_EXPIRED');
  }
}
