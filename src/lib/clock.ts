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
  /** Call `callback` once after `delayMs`. Does not keep the process alive. */
  schedule(delayMs: number, callback: () => void): Timer;
}

/** The machine's clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  schedule(delayMs, callback) {
    const handle = setTimeout(callback, delayMs);
    handle.unref();
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
  const timer = clock.schedule(delayMs, () => {
    signal?.removeEventListener('abort', onAbort);
    resolve();
  });
  signal?.addEventListener('abort', onAbort, { once: true });
  return promise;
}
