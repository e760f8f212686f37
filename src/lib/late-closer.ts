import type { Clock } from './clock.ts';

/** What is of a socket here. */
interface Closable {
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
}

/**
 * Closes connections that find no room a moment later. To take one and to close it costs some 50 µs:
 * who is closed at once, and tries again at once, has it done some thousand times a second.
 */
export class LateCloser {
  readonly #clock: Clock;
  readonly #limits: { readonly cutAfterMs: number; readonly cutHeldMax: number };
  #held = 0;

  constructor(clock: Clock, limits: { readonly cutAfterMs: number; readonly cutHeldMax: number }) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Nothing of it is read until then; when too many are held, now. */
  close(connection: Closable): void {
    if (this.#held >= this.#limits.cutHeldMax) {
      connection.destroy();
      return;
    }
    this.#held += 1;
    const timer = this.#clock.schedule(this.#limits.cutAfterMs, () => connection.destroy());
    connection.once('close', () => {
      this.#held -= 1;
      timer.cancel();
    });
  }
}
