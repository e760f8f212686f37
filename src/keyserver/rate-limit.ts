import type { Clock } from '../lib/clock.ts';
import { keyserverErrors } from './errors.ts';
import { keyserverLimits } from './limits.ts';

interface Bucket {
  tokens: number;
  atMs: number;
}

/** A token bucket for each caller. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #perSecond: number;
  /** In the order of their last use. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, rate: { readonly burst: number; readonly perSecond: number }) {
    this.#clock = clock;
    this.#burst = rate.burst;
    this.#perSecond = rate.perSecond;
  }

  /** @throws KEYSERVER_RATE_LIMITED */
  take(caller: string, count: number): void {
    const nowMs = this.#clock.monotonicMs();
    const bucket = this.#buckets.get(caller) ?? { tokens: this.#burst, atMs: nowMs };
    const gained = ((nowMs - bucket.atMs) / 1000) * this.#perSecond;
    bucket.tokens = Math.min(this.#burst, bucket.tokens + gained);
    bucket.atMs = nowMs;
    this.#buckets.delete(caller);
    this.#buckets.set(caller, bucket);
    this.#forgetOldest();
    if (bucket.tokens < count) throw keyserverErrors.create('KEYSERVER_RATE_LIMITED');
    bucket.tokens -= count;
  }

  #forgetOldest(): void {
    if (this.#buckets.size <= keyserverLimits.callersTracked) return;
    const oldest = this.#buckets.keys().next();
    if (oldest.done !== true) this.#buckets.delete(oldest.value);
  }
}
