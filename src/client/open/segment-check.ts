import { hash } from 'node:crypto';
import { equalBytes } from '../../lib/bytes/bytes.ts';
import { sealedLayout } from '../../seal/index.ts';

/** Digests of a plaintext's segments, computed as it passes; compared with the receipt's at the end. */
export class SegmentCheck {
  readonly #stage = new Uint8Array(sealedLayout.segmentSize);
  readonly #digests: Uint8Array[] = [];
  #staged = 0;

  push(bytes: Uint8Array): void {
    let offset = 0;
    while (offset < bytes.length) {
      const left = bytes.length - offset;
      if (this.#staged === 0 && left >= sealedLayout.segmentSize) {
        this.#add(bytes.subarray(offset, offset + sealedLayout.segmentSize));
        offset += sealedLayout.segmentSize;
        continue;
      }
      const taken = Math.min(left, sealedLayout.segmentSize - this.#staged);
      this.#stage.set(bytes.subarray(offset, offset + taken), this.#staged);
      this.#staged += taken;
      offset += taken;
      if (this.#staged === sealedLayout.segmentSize) {
        this.#add(this.#stage);
        this.#staged = 0;
      }
    }
  }

  /** Whether all that passed is what the list of digests says. Nothing may be pushed after; it may be asked again. */
  agrees(segmentDigests: Uint8Array): boolean {
    if (this.#staged > 0) this.#add(this.#stage.subarray(0, this.#staged));
    this.#staged = 0;
    return equalBytes(Buffer.concat(this.#digests), segmentDigests);
  }

  #add(segment: Uint8Array): void {
    this.#digests.push(hash('sha256', segment, 'buffer'));
  }
}
