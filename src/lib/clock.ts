/** A pending call of a clock. */
export interface Timer {
  cancel(): void;
}

/** Time as a parameter. Durations are measured on the monotonic scale, instants are UTC. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. May jump. */
  nowMs(): number;
  /** Milliseconds since an arbitrary start. Never goes back. */
  monotonicMs(): number;
  /**
   * Call `callback` once after `delayMs`. Keeps the process alive only if told to: somebody waits
   * for it, and nothing else may be open meanwhile.
   */
  schedule(delayMs: number, callback: () => void, options?: { readonly keepAlive: boolean }): Timer;
}

/** The machine's clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  schedule(delayMs, callback, options) {
    const handle = setTimeout(callback, delayMs);
    if (options?.keepAlive !== true) handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Wait `delayMs`; rejects with the signal's reason when it aborts. */
export function sleep(
  clock: Clock,
  delayMs: number,
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  const { signal } = options;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (signal?.aborted === true) {
    reject(signal.reason);
    return promise;
  }
  const onAbort = (): void => {
    timer.cancel();
    reject(signal?.reason);
  };
  const wake = (): void => {
    signal?.removeEventListener('abort', onAbort);
    resolve();
  };
  const timer = clock.schedule(delayMs, wake, { keepAlive: true });
  signal?.addEventListener('abort', onAbort, { once: true });
  return promise;
}
