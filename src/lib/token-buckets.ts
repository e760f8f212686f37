import type { Clock } from './clock.ts';

interface Bucket {
  tokens: number;
  atMs: number;
}

/** A token bucket for each key, full at first. Of too many the one used longest ago is forgotten. */
export class TokenBuckets {
  readonly #clock: Clock;
  readonly #rate: {
    readonly burst: number;
    readonly perSecond: number;
    readonly keysMax: number;
  };
  /** In the order of their last use. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(
    clock: Clock,
    rate: { readonly burst: number; readonly perSecond: number; readonly keysMax: number },
  ) {
    this.#clock = clock;
    this.#rate = rate;
  }

  /** Take so many, all or none; false: they are not there. */
  take(key: string, count = 1): boolean {
    const bucket = this.#now(key);
    if (bucket.tokens < count) return false;
    bucket.tokens -= count;
    return true;
  }

  giveBack(key: string, count = 1): void {
    const bucket = this.#now(key);
    bucket.tokens = Math.min(this.#rate.burst, bucket.tokens + count);
  }

  /** Until there is one to take, if nobody takes it before. */
  dueMs(key: string): number {
    const missing = Math.max(0, 1 - this.#now(key).tokens);
    return Math.ceil((missing / this.#rate.perSecond) * 1000);
  }

  #now(key: string): Bucket {
    const { burst, perSecond, keysMax } = this.#rate;
    const nowMs = this.#clock.monotonicMs();
    const bucket = this.#buckets.get(key) ?? { tokens: burst, atMs: nowMs };
    const gained = ((nowMs - bucket.atMs) / 1000) * perSecond;
    bucket.tokens = Math.min(burst, bucket.tokens + gained);
    bucket.atMs = nowMs;
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > keysMax && oldest !== undefined) this.#buckets.delete(oldest);
    return bucket;
  }
}
