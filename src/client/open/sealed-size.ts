import { sealedLayout } from '../../seal/index.ts';

/** Plaintext size of a sealed file of `sealedSize` bytes; the inverse of `sealedSizeOf`. */
export function plaintextSizeOf(sealedSize: number): number {
  const body = sealedSize - sealedLayout.headerSize;
  const segments = Math.ceil(body / sealedLayout.sealedSegmentSize);
  return body - segments * sealedLayout.segmentOverhead;
}
