import { createDecipheriv, hash, type KeyObject } from 'node:crypto';
import { equalBytes } from '../../lib/bytes/bytes.ts';
import type { ByteStream } from '../../lib/streams/byte-stream.ts';
import { sealErrors } from '../errors.ts';
import { type ByteSpan, checkSpan, layout, segmentCountOf, writeSegmentNonce } from './layout.ts';
import { digestSize } from './segment-digests.ts';

/** What to open, and what it must agree with. */
export interface OpenSegmentsOptions {
  readonly dataKey: KeyObject;
  /** From the receipt. Without it a file cut at a segment's border could not be told from a whole one. */
  readonly plaintextSize: number;
  /** Part of the plaintext; the source is then exactly `sealedRangeOf` of it. Default: all. */
  readonly range?: ByteSpan;
  /** From the receipt's list; without it only who holds the data key is known, not who wrote. */
  readonly segmentDigests?: Uint8Array;
}

/**
 * Open sealed segments: the bytes after the header, or those of `sealedRangeOf(range)`.
 *
 * Yields the plaintext of one segment a time, only after its tag, its place (nonce = index), and, if
 * given, its digest were right; the count and the length of the last segment follow from
 * `plaintextSize`. The end of the iteration says that all of it was there and nothing more.
 *
 * @throws SEAL_SEGMENT_FORGED, SEAL_SEGMENT_MISPLACED, SEAL_SEGMENT_MISMATCH, SEAL_TRUNCATED,
 *   SEAL_TRAILING_BYTES, SEAL_RANGE_INVALID, SEAL_RECEIPT_MISMATCH (a list of another length)
 */
export async function* openSegments(
  source: ByteStream | Iterable<Uint8Array>,
  options: OpenSegmentsOptions,
): AsyncGenerator<Uint8Array, void, void> {
  const opener = new SegmentOpener(options);
  for await (const chunk of source) yield* opener.push(chunk);
  opener.end();
}

/** Sans-I/O core of `openSegments`: push sealed bytes, get opened segments. */
export class SegmentOpener {
  readonly #dataKey: KeyObject;
  readonly #digests: Uint8Array | undefined;
  readonly #plaintextSize: number;
  readonly #range: ByteSpan;
  readonly #endIndex: number;
  readonly #expectedNonce = new Uint8Array(layout.nonceSize);
  readonly #stage = new Uint8Array(layout.sealedSegmentSize);
  #staged = 0;
  #index: number;

  constructor(options: OpenSegmentsOptions) {
    const { plaintextSize } = options;
    this.#range = options.range ?? { offset: 0, length: plaintextSize };
    checkSpan(this.#range, plaintextSize);
    this.#dataKey = options.dataKey;
    this.#digests = options.segmentDigests;
    this.#plaintextSize = plaintextSize;
    const { offset, length } = this.#range;
    this.#index = Math.floor(offset / layout.segmentSize);
    this.#endIndex = length === 0 ? this.#index : segmentCountOf(offset + length);
    const digestsSize = segmentCountOf(plaintextSize) * digestSize;
    if (this.#digests !== undefined && this.#digests.length !== digestsSize)
      throw sealErrors.create('SEAL_RECEIPT_MISMATCH', { message: 'list of segment digests' });
  }

  /** Open what is complete. A yielded segment belongs to the caller. */
  *push(chunk: Uint8Array): Generator<Uint8Array, void, void> {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#index >= this.#endIndex)
        throw sealErrors.create('SEAL_TRAILING_BYTES', { context: { segment: this.#index } });
      const size = this.#sealedSizeAt(this.#index);
      const available = chunk.length - offset;
      if (this.#staged === 0 && available >= size) {
        yield this.#open(chunk.subarray(offset, offset + size));
        offset += size;
        continue;
      }
      const taken = Math.min(size - this.#staged, available);
      this.#stage.set(chunk.subarray(offset, offset + taken), this.#staged);
      this.#staged += taken;
      offset += taken;
      if (this.#staged === size) {
        this.#staged = 0;
        yield this.#open(this.#stage.subarray(0, size));
      }
    }
  }

  /** No more bytes will come. @throws SEAL_TRUNCATED */
  end(): void {
    if (this.#staged > 0 || this.#index < this.#endIndex)
      throw sealErrors.create('SEAL_TRUNCATED', { context: { segment: this.#index } });
  }

  #sealedSizeAt(index: number): number {
    const rest = this.#plaintextSize - index * layout.segmentSize;
    return Math.min(rest, layout.segmentSize) + layout.segmentOverhead;
  }

  #open(sealedSegment: Uint8Array): Uint8Array {
    const index = this.#index;
    writeSegmentNonce(this.#expectedNonce, index);
    const context = { segment: index };
    if (!equalBytes(sealedSegment.subarray(0, layout.nonceSize), this.#expectedNonce))
      throw sealErrors.create('SEAL_SEGMENT_MISPLACED', { context });
    const plain = openSegment(sealedSegment, this.#dataKey, index);
    const digest = this.#digests?.subarray(index * digestSize, (index + 1) * digestSize);
    if (digest !== undefined && !equalBytes(hash('sha256', plain, 'buffer'), digest))
      throw sealErrors.create('SEAL_SEGMENT_MISMATCH', { context });
    this.#index += 1;
    return this.#withinRange(plain, index);
  }

  #withinRange(plain: Uint8Array, index: number): Uint8Array {
    const start = this.#range.offset - index * layout.segmentSize;
    return plain.subarray(Math.max(start, 0), start + this.#range.length);
  }
}

/**
 * Open one segment, whatever its nonce: nothing is said of its place.
 * @param index for the error only
 * @throws SEAL_SEGMENT_FORGED
 */
export function openSegment(
  sealedSegment: Uint8Array,
  dataKey: KeyObject,
  index: number,
): Uint8Array {
  const nonce = sealedSegment.subarray(0, layout.nonceSize);
  const tagStart = sealedSegment.length - layout.tagSize;
  const decipher = createDecipheriv('chacha20-poly1305', dataKey, nonce, {
    authTagLength: layout.tagSize,
  });
  decipher.setAuthTag(sealedSegment.subarray(tagStart));
  const plain = decipher.update(sealedSegment.subarray(layout.nonceSize, tagStart));
  try {
    decipher.final();
  } catch (cause) {
    plain.fill(0);
    throw sealErrors.create('SEAL_SEGMENT_FORGED', { cause, context: { segment: index } });
  }
  return plain;
}
