import { assert } from '../assert.ts';

/** A bounded hand-over between one writer and one reader. */
export interface Channel<T> extends AsyncIterable<T> {
  /** Hand over `value`; resolves when there is room for another. Rejects once the reader has left. */
  send(value: T): Promise<void>;
  /** No more values: the reader ends after those sent. */
  close(): void;
  /** The reader gets `reason` after those sent. */
  fail(reason: unknown): void;
}

/** The reader stopped listening. */
export class ChannelClosed extends Error {
  override readonly name = 'ChannelClosed';
}

/**
 * Make a channel that holds at most `capacity` values not yet taken.
 * With capacity 0, `send` resolves when the reader asks for the value after the one sent: the
 * writer may then reuse the memory of what it sent.
 */
export function createChannel<T>(capacity: number): Channel<T> {
  assert(Number.isInteger(capacity) && capacity >= 0, 'channel capacity is a whole number');
  return new BoundedChannel<T>(capacity);
}

type End = { readonly kind: 'closed' } | { readonly kind: 'failed'; readonly reason: unknown };

class BoundedChannel<T> implements Channel<T> {
  readonly #capacity: number;
  readonly #values: T[] = [];
  #end: End | undefined;
  #readerLeft = false;
  #wakeReader: (() => void) | undefined;
  #wakeWriter: { resolve: () => void; reject: (reason: unknown) => void } | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  send(value: T): Promise<void> {
    assert(this.#end === undefined, 'send after close');
    assert(this.#wakeWriter === undefined, 'one send at a time');
    if (this.#readerLeft) return Promise.reject(new ChannelClosed('the reader has left'));
    this.#values.push(value);
    this.#wakeReader?.();
    if (this.#capacity > 0 && this.#values.length < this.#capacity) return Promise.resolve();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#wakeWriter = { resolve, reject };
    return promise;
  }

  close(): void {
    this.#finish({ kind: 'closed' });
  }

  fail(reason: unknown): void {
    this.#finish({ kind: 'failed', reason });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    try {
      for (;;) {
        if (this.#values.length > 0) {
          const value = this.#values.shift() as T;
          if (this.#capacity > 0) this.#releaseWriter();
          yield value;
          if (this.#capacity === 0) this.#releaseWriter();
        } else if (this.#end !== undefined) {
          if (this.#end.kind === 'failed') throw this.#end.reason;
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#wakeReader = resolve;
          });
          this.#wakeReader = undefined;
        }
      }
    } finally {
      this.#readerLeft = true;
      this.#wakeWriter?.reject(new ChannelClosed('the reader has left'));
      this.#wakeWriter = undefined;
    }
  }

  #finish(end: End): void {
    this.#end ??= end;
    this.#wakeReader?.();
  }

  #releaseWriter(): void {
    this.#wakeWriter?.resolve();
    this.#wakeWriter = undefined;
  }
}
