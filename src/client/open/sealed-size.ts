import { sealedLayout, sealedSizeOf } from '../../seal/index.ts';

/** Plaintext size of a sealed file, the inverse of `sealedSizeOf`; undefined if none has this size. */
export function plaintextSizeOf(sealedSize: number): number | undefined {
  const body = sealedSize - sealedLayout.headerSize;
  const segments = Math.ceil(body / sealedLayout.sealedSegmentSize);
  const size = body - segments * sealedLayout.segmentOverhead;
  return size >= 0 && sealedSizeOf(size) === sealedSize ? size : undefined;
}
