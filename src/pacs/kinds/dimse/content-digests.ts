import { dimseStatus, StoreFailure } from '../../../dimse/index.ts';
import type { ByteSink } from '../../../lib/streams/byte-stream.ts';
import { KeyedDigest, newDigestKey } from './keyed-digest.ts';

/** What each instance of a retrieve held, so that a second one under its UID can be judged. */
export class ContentDigests {
  readonly #onConflict: () => void;
  /** Undefined: it did not come whole. */
  readonly #digests = new Map<string, Promise<string | undefined>>();
  readonly #key = newDigestKey();

  constructor(options: { readonly onConflict: () => void }) {
    this.#onConflict = options.onConflict;
  }

  get size(): number {
    return this.#digests.size;
  }

  /** Whether an instance came or is coming. */
  has(sopInstanceUid: string): boolean {
    return this.#digests.has(sopInstanceUid);
  }

  /**
   * A sink for an instance: the first under its UID goes to `open`, the same content again goes
   * nowhere and is fine, other content is refused and told.
   */
  sinkFor(sopInstanceUid: string, open: () => ByteSink): ByteSink {
    const first = this.#digests.get(sopInstanceUid);
    if (first !== undefined)
      return new RepeatedSink(new KeyedDigest(this.#key), first, this.#onConflict);
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.#digests.set(sopInstanceUid, promise);
    return new FirstSink(open(), new KeyedDigest(this.#key), (digest) => {
      if (digest === undefined) this.#digests.delete(sopInstanceUid);
      resolve(digest);
    });
  }
}

/** Passes bytes on and notes what they were. */
class FirstSink implements ByteSink {
  readonly #inner: ByteSink;
  readonly #digest: KeyedDigest;
  readonly #done: (digest: string | undefined) => void;

  constructor(inner: ByteSink, digest: KeyedDigest, done: (digest: string | undefined) => void) {
    this.#inner = inner;
    this.#digest = digest;
    this.#done = done;
  }

  write(chunk: Uint8Array): void | Promise<void> {
    this.#digest.update(chunk);
    return this.#inner.write(chunk);
  }

  async end(): Promise<void> {
    try {
      await this.#inner.end();
    } catch (error) {
      this.#done(undefined);
      throw error;
    }
    this.#done(this.#digest.end());
  }

  abort(reason: unknown): void {
    this.#done(undefined);
    this.#inner.abort(reason);
  }
}

/** An instance that came before: only compared. */
class RepeatedSink implements ByteSink {
  readonly #digest: KeyedDigest;
  readonly #first: Promise<string | undefined>;
  readonly #onConflict: () => void;

  constructor(digest: KeyedDigest, first: Promise<string | undefined>, onConflict: () => void) {
    this.#digest = digest;
    this.#first = first;
    this.#onConflict = onConflict;
  }

  write(chunk: Uint8Array): void {
    this.#digest.update(chunk);
  }

  async end(): Promise<void> {
    const first = await this.#first;
    if (first === this.#digest.end()) return;
    if (first !== undefined) this.#onConflict();
    throw new StoreFailure(dimseStatus.unableToProcess);
  }

  abort(): void {}
}
