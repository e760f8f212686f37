import { dimseStatus, StoreFailure } from '../../../dimse/index.ts';
import type { ByteSink } from '../../../lib/streams/byte-stream.ts';
import { pacsLimits } from '../../limits.ts';
import { createIdentityReader, type InstanceIdentity } from './identity-reader.ts';

/** What an instance must say of itself. */
export type ExpectedIdentity = Readonly<Record<keyof InstanceIdentity, string>>;

/** What is wrong with an instance: an attribute that differs, or none can be read. */
export type Contradiction = keyof InstanceIdentity | 'unreadable';

/**
 * Holds back an instance until its data set has said that it is the one that its command names; one
 * that is another is passed to nobody and refused.
 *
 * Fails with `StoreFailure`: A900H for another SOP class, C000H for anything else.
 * @standard PS3.4 §B.2.3, Table B.2-1
 */
export class IdentitySink implements ByteSink {
  readonly #reader: ReturnType<typeof createIdentityReader>;
  readonly #expected: ExpectedIdentity;
  /** Takes the instance once it is known. */
  readonly #open: () => ByteSink;
  readonly #onContradiction: (what: Contradiction) => void;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #inner: ByteSink | undefined;

  constructor(options: {
    readonly transferSyntaxUid: string;
    readonly expected: ExpectedIdentity;
    readonly open: () => ByteSink;
    readonly onContradiction: (what: Contradiction) => void;
  }) {
    this.#reader = createIdentityReader(options.transferSyntaxUid);
    this.#expected = options.expected;
    this.#open = options.open;
    this.#onContradiction = options.onContradiction;
  }

  write(chunk: Uint8Array): void | Promise<void> {
    if (this.#inner !== undefined) return this.#inner.write(chunk);
    const identity = this.#read(() => this.#reader.push(chunk));
    if (identity !== undefined) return this.#passOn(identity, chunk);
    this.#held.push(new Uint8Array(chunk)); // a copy: its memory is used again
    this.#heldBytes += chunk.length;
    if (this.#heldBytes > pacsLimits.identityHeadMaxBytes) throw this.#refuse('unreadable');
  }

  async end(): Promise<void> {
    if (this.#inner === undefined) {
      const identity = this.#read(() => this.#reader.end());
      if (identity !== undefined) await this.#passOn(identity);
    }
    await this.#inner?.end();
  }

  abort(reason: unknown): void {
    this.#held = [];
    this.#inner?.abort(reason);
  }

  #read<T>(read: () => T): T {
    try {
      return read();
    } catch {
      throw this.#refuse('unreadable');
    }
  }

  async #passOn(identity: InstanceIdentity, ...last: readonly Uint8Array[]): Promise<void> {
    const keys = Object.keys(this.#expected) as (keyof ExpectedIdentity)[]; // those of the type
    const differing = keys.find((key) => identity[key] !== this.#expected[key]);
    if (differing !== undefined) throw this.#refuse(differing);
    const inner = this.#open();
    this.#inner = inner;
    const held = [...this.#held, ...last];
    this.#held = [];
    for (const chunk of held) await inner.write(chunk);
  }

  #refuse(what: Contradiction): StoreFailure {
    this.#onContradiction(what);
    const isClass = what === 'sopClassUid';
    return new StoreFailure(
      isClass ? dimseStatus.identifierDoesNotMatch : dimseStatus.unableToProcess,
    );
  }
}
