import { concatBytes, viewOf } from '../../lib/bytes/bytes.ts';
import { deidErrors } from '../errors.ts';
import { deidLimits } from '../limits.ts';
import type { FrameStart } from './frame-cleaner.ts';
import type { ImageShape } from './image-shape.ts';

/** Tag and length before each fragment, which offsets count. @standard PS3.5 §A.4 */
const itemHeadBytes = 8;

/** What fragments are joined by. */
export interface JoinerOptions {
  readonly shape: Pick<ImageShape, 'frames'>;
  readonly startsFrame: FrameStart;
  readonly extendedOffsets: Uint8Array;
}

/** Joins fragments to frames. Holds one frame. */
export class FrameJoiner {
  readonly #frames: number;
  readonly #startsFrame: FrameStart;
  readonly #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  /** Frames that began. */
  #begun = 0;
  /** Of the next fragment, from the first one on. */
  #offset = 0;
  /** Where a table says that frames start. */
  #stated: ReadonlySet<number>;
  /** Of those, how many are where a fragment does, and where a frame does. */
  #atFragments = 0;
  #atFrames = 0;

  constructor({ shape, startsFrame, extendedOffsets }: JoinerOptions) {
    this.#frames = shape.frames;
    this.#startsFrame = startsFrame;
    this.#stated = this.#offsetsIn(extendedOffsets, 8);
  }

  /** The value of the Basic Offset Table. @standard PS3.5 §A.4, Table A.4-1 */
  offsets(table: Uint8Array): void {
    if (table.length > 0) this.#stated = this.#offsetsIn(table, 4);
  }

  /** Take a fragment. Gives the frame that was before it, if another one begins. */
  add(fragment: Uint8Array): Uint8Array | undefined {
    const isFirst = this.#begun === 0;
    const begins = isFirst || (this.#frames > 1 && this.#startsFrame(fragment));
    const whole = begins && !isFirst ? this.#take() : undefined;
    if (begins) {
      this.#begun += 1;
      if (this.#begun > this.#frames) throw this.#mismatch();
    }
    if (this.#stated.has(this.#offset)) {
      this.#atFragments += 1;
      if (begins) this.#atFrames += 1;
    }
    this.#offset += itemHeadBytes + fragment.length;
    this.#pendingBytes += fragment.length;
    if (this.#pendingBytes > deidLimits.frameMaxBytes) throw frameTooLong(this.#pendingBytes);
    if (fragment.length > 0) this.#pending.push(fragment);
    return whole;
  }

  /** The last frame. @throws MdmError `DEID_COMPRESSED_UNCHECKED` where fragments are not the frames */
  end(): Uint8Array {
    if (this.#begun !== this.#frames || this.#isContradicted()) throw this.#mismatch();
    return this.#take();
  }

  #take(): Uint8Array {
    this.#pendingBytes = 0;
    const [only, another] = this.#pending;
    const fragments = this.#pending.splice(0);
    return only !== undefined && another === undefined ? only : concatBytes(fragments);
  }

  /**
   * Little endian numbers; of 8 bytes those that can be told exactly. A table that is not of one offset
   * for each frame is none, however long it is.
   */
  #offsetsIn(table: Uint8Array, width: 4 | 8): ReadonlySet<number> {
    if (table.length !== width * this.#frames) return new Set();
    const view = viewOf(table);
    const offsets = Array.from({ length: this.#frames }, (_, index) =>
      width === 4 ? view.getUint32(4 * index, true) : Number(view.getBigUint64(8 * index, true)),
    );
    return new Set(offsets);
  }

  /** A table that points between fragments is none; one that names other fragments says otherwise. */
  #isContradicted(): boolean {
    const isTable = this.#stated.size === this.#frames && this.#atFragments === this.#frames;
    return isTable && this.#atFrames !== this.#frames;
  }

  #mismatch(): Error {
    return deidErrors.create('DEID_COMPRESSED_UNCHECKED', {
      message: 'fragments do not match frames',
      context: { frames: this.#frames },
    });
  }
}

/** A compressed frame is longer than one may be. */
export function frameTooLong(heldBytes: number): Error {
  return deidErrors.create('DEID_LIMIT_EXCEEDED', {
    message: 'compressed frame',
    context: { heldBytes },
  });
}
