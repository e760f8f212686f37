import { hash } from 'node:crypto';
import { equalBytes } from '../../lib/bytes/bytes.ts';
import { SegmentRoot, sealedLayout, type VersionStatement } from '../../seal/index.ts';
import { SegmentCutter } from './segment-cutter.ts';

/** Whether a plaintext is that of a version, told when it has passed: by the root of its segments. */
export class SegmentCheck {
  readonly #root = new SegmentRoot();
  readonly #cutter = new SegmentCutter(sealedLayout.segmentSize);
  #size = 0;

  push(bytes: Uint8Array): void {
    this.#size += bytes.length;
    for (const segment of this.#cutter.push(bytes)) this.#add(segment);
  }

  /** Whether all that passed is what was stated. Nothing may be pushed after; it may be asked again. */
  agrees({
    plaintextSize,
    segmentRoot,
  }: Pick<VersionStatement, 'plaintextSize' | 'segmentRoot'>): boolean {
    for (const segment of this.#cutter.end()) this.#add(segment);
    const isRoot = equalBytes(this.#root.root(), Buffer.from(segmentRoot, 'hex'));
    return isRoot && this.#size === plaintextSize;
  }

  #add(segment: Uint8Array): void {
    this.#root.push(hash('sha256', segment, 'buffer'));
  }
}
