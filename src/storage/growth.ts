import { assert } from '../lib/assert.ts';
import type { ReplicaState } from './storage.ts';

/**
 * How far a replica has come, for those in this process who follow it. A back end whose followers
 * are elsewhere polls instead.
 */
export class Growth {
  #state: ReplicaState = { watermark: 0, state: 'growing' };
  readonly #waiting = new Set<() => void>();

  get state(): ReplicaState {
    return this.#state;
  }

  /** `count` more bytes can be read. */
  advance(count: number): void {
    assert(this.#state.state === 'growing', 'only a growing replica advances');
    this.#change({ watermark: this.#state.watermark + count, state: 'growing' });
  }

  complete(): void {
    assert(this.#state.state === 'growing', 'a replica completes once');
    this.#change({ ...this.#state, state: 'complete' });
  }

  /** Idempotent. */
  abort(): void {
    if (this.#state.state === 'growing') this.#change({ ...this.#state, state: 'aborted' });
  }

  /** Wait until there is more than `watermark` bytes or the end is known. */
  async beyond(watermark: number, signal: AbortSignal | undefined): Promise<ReplicaState> {
    while (this.#state.watermark <= watermark && this.#state.state === 'growing')
      await this.#nextChange(signal);
    return this.#state;
  }

  #nextChange(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = (): void => {
      this.#waiting.delete(onChange);
      reject(signal?.reason);
    };
    const onChange = (): void => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    };
    this.#waiting.add(onChange);
    signal?.addEventListener('abort', onAbort, { once: true });
    return promise;
  }

  #change(state: ReplicaState): void {
    this.#state = state;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}
